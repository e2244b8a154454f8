"""The kit: look, signs and widgets that every page is made of."""
