"""Why a model answers what it answers, in terms of the features that it was given."""
