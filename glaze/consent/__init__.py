"""What may be used: exclusions, opt-outs, barred receipts, retention horizons."""
