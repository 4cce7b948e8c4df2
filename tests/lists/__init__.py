"""Lists as they are pasted and uploaded."""
