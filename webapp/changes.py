"""What the company's other systems are to hear of: written in the transaction that it tells of, sent on later."""
