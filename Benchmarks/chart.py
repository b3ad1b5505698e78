"""What the pictures of this folder share: axes, and the page with its styles for light and dark."""

import math


class Linear:
    """Maps a value from low ... high to a coordinate from start ... end."""

    def __init__(self, low, high, start, end):
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value):
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Logarithmic(Linear):
    """The same on a log scale."""

    def __init__(self, low, high, start, end):
        super().__init__(math.log10(low), math.log10(high), start, end)

    def __call__(self, value):
        return super().__call__(math.log10(value))


def page(parts, width, height):
    return STYLE.format(width=width, height=height, body="\n".join(parts))


STYLE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img">
<style>
  text {{ font-family: system-ui, sans-serif; font-size: 13px; fill: #374151; }}
  .title {{ font-size: 16px; font-weight: 600; fill: #111827; }}
  .note {{ font-size: 12px; }}
  .label {{ font-weight: 600; }}
  .end {{ text-anchor: end; }}
  .middle {{ text-anchor: middle; }}
  .grid {{ stroke: #9ca3af; stroke-opacity: 0.35; stroke-width: 1; }}
  .page {{ fill: #ffffff; }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #d1d5db; }}
    .title {{ fill: #f9fafb; }}
    .page {{ fill: #0d1117; }}
  }}
</style>
<rect class="page" width="100%" height="100%" rx="8"/>
{body}
</svg>
"""
