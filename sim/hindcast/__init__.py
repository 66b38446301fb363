"""Cases that were observed, what the model predicts of them before it sees them, and how near it comes."""
