"""Where the reports take their rows from: the queries of the features, and what they lack."""
