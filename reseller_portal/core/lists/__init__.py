"""Lists as people paste or export them: people and domains. Plain Python, usable wherever a list comes in."""
