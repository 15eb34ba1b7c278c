"""The worker's door: arq hears a ring, a handler does the job by the domain's verbs."""
