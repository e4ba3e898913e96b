"""Forty pages in thirteen styles, made of facts that hold for torch 2.13 and of errors planted among them."""
