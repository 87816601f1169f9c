"""The colours of figures by day and in the dark: Okabe and Ito, each with a contrast of 4.5 or more where it is text."""

WHITE = "#ffffff"
INK, SOFT, LINE, PALE = "#1b2733", "#55636f", "#aab4bd", "#e6ebef"
BLUE, ORANGE, GREEN, PURPLE = COLOURS = ("#0b5c94", "#b34700", "#00735c", "#8a3a78")
# The same on dark, with the same contrast or more; text in a box turns with its box.
DARK = {
    **{WHITE: "#10181f", INK: "#e4eaef", SOFT: "#a9b7c3", LINE: "#7d8b97", PALE: "#26333e"},
    **{BLUE: "#7fc0f0", ORANGE: "#f5a36b", GREEN: "#5fcbb0", PURPLE: "#e09bd0"},
}
