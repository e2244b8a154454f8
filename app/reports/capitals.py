"""Amounts in Chinese capital figures (大写), as they stand on orders and cheques in yuan: nobody can add a digit to them."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def capitals(hundredths: int) -> str:
    """`人民币壹仟零贰元伍角整`; zeros between digits are read once, an even amount ends with 整."""
    sign, (yuan, rest) = ("负" if hundredths < 0 else ""), divmod(abs(hundredths), 100)
    jiao, fen = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    small = f"{_DIGITS[jiao]}角" if jiao else "零" if fen and yuan else ""
    small += f"{_DIGITS[fen]}分" if fen else ""
    return f"人民币{sign}{whole}{small}{'' if fen else '整'}"


def _whole(number: int) -> str:
    """A whole number, read in groups of four digits."""
    if not number:
        return _DIGITS[0]
    said, zero = "", False
    groups = f"{number:016d}"
    for at in range(4):
        four = int(groups[4 * at : 4 * at + 4])
        if four:
            said += ("零" if said and (zero or four < 1000) else "") + _four(four) + _GROUPS[3 - at]
        zero = not four if said else False
    return said


def _four(number: int) -> str:
    """Up to four digits with their places."""
    said, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if said and zero else "") + _DIGITS[digit] + _PLACES[place]
        zero = not digit
    return said
