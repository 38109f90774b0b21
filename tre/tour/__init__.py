"""The whole path once, headless: a visit that presses the same buttons as a person would."""
