// Replaced by this target's first helper.
