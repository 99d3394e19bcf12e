"""Our own solutions, one module a kata: each is read alone, and the stubs are made from them."""
