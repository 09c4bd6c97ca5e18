"""Explanations for people: pictures, a page, and what other pages say of them."""
