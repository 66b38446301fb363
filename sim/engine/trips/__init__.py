"""Drawing trips, where they may go, and which of them may violate."""
