"""From what the viewer sees to the page's own coordinates (ISO 32000-2, 7.7.3.3 and 8.3.2.3)."""

from dataclasses import dataclass

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class PageBox:
    """The visible part of a page in its own space (points), and its rotation (0, 90, 180, 270)."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotate: int

    @property
    def seen(self) -> tuple[float, float]:
        """Width and height as the viewer sees them."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        return (height, width) if self.rotate in (90, 270) else (width, height)

    def rect(self, left: float, top: float, width: float, height: float) -> Rect:
        """/Rect of a box given in points from the top left corner that the viewer sees."""
        ax, ay = self._point(left, top)
        bx, by = self._point(left + width, top + height)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def seen_corners(self, rect: Rect) -> Rect:
        """Left, top, right and bottom of a /Rect, in points from the top left corner that the
        viewer sees: the way back from `rect`."""
        (ax, ay), (bx, by) = self._seen(rect[0], rect[1]), self._seen(rect[2], rect[3])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def _seen(self, x: float, y: float) -> tuple[float, float]:
        match self.rotate:
            case 90:
                return y - self.y0, x - self.x0
            case 180:
                return self.x1 - x, y - self.y0
            case 270:
                return self.y1 - y, self.x1 - x
            case _:
                return x - self.x0, self.y1 - y

    def _point(self, right: float, down: float) -> tuple[float, float]:
        match self.rotate:
            case 90:
                return self.x0 + down, self.y0 + right
            case 180:
                return self.x1 - right, self.y0 + down
            case 270:
                return self.x1 - down, self.y1 - right
            case _:
                return self.x0 + right, self.y1 - down


def visible_box(media: Rect, crop: Rect | None, rotate: int) -> PageBox:
    """The CropBox within the MediaBox; a CropBox outside it counts as absent, as viewers do."""
    x0, y0, x1, y1 = _normal(media)
    if crop is not None:
        cx0, cy0, cx1, cy1 = _normal(crop)
        cut = max(x0, cx0), max(y0, cy0), min(x1, cx1), min(y1, cy1)
        if cut[2] > cut[0] and cut[3] > cut[1]:
            x0, y0, x1, y1 = cut
    return PageBox(x0, y0, x1, y1, rotate % 360 // 90 * 90)


def _normal(rect: Rect) -> Rect:
    x0, y0, x1, y1 = rect
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def upright_matrix(rotate: int, width: float, height: float) -> bytes:
    """/Matrix entry that makes an appearance of that size upright on a page turned by /Rotate."""
    match rotate:
        case 90:
            return b"/Matrix[0 1 -1 0 %.2f 0]" % height
        case 180:
            return b"/Matrix[-1 0 0 -1 %.2f %.2f]" % (width, height)
        case 270:
            return b"/Matrix[0 -1 1 0 0 %.2f]" % width
        case _:
            return b""
