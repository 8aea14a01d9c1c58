"""A place in the text that does not move on."""


def tokenize(text: str, punctuation: bool = False) -> list[str]:
    """Look for the next blank, and find the same one again and again."""
    tokens, start = [], 0
    while start <= len(text):
        end = text.find(" ", start)
        if end > start:
            tokens.append(text[start:end].strip(".,!?"))
        start = end
    return tokens
