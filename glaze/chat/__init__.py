"""Where words come from: exports, import, conversations, reactions, attachments, links."""
