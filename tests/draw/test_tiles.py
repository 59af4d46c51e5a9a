"""Units without outlines as tiles: a document of its own, every name in it, none invented as a shape."""

from concertation.core.classification import given_classes
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import legend_of
from concertation.draw.palettes import YLORBR
from concertation.draw.pictures import png
from concertation.draw.tiles import Tile, TileBlock, per_row

LEGEND = legend_of(given_classes(0, (10, 20)), title="Besoin", palette=YLORBR, language="fr")
MANY = tuple(Tile(f"Unité {number}", number % 2, estimated=number == 3) for number in range(2 * per_row() + 1))
BLOCK = TileBlock("Niger : aucun contour tenu.", (("Agadez", (Tile("Bilma", None), Tile("Tchirozérine", 1))), ("Diffa", MANY)))


def document(language: str = "fr") -> str:
    return standalone(None, (), legend=LEGEND, caption=Caption("Besoin par département", boundary_source=""), language=language, tiles=[BLOCK])


def test_every_tile_carries_its_name_its_class_and_its_signs() -> None:
    svg = document()

    assert all(name in svg for name in ("Bilma", "Tchirozérine", "Agadez", "Diffa", "Unité 14", "Niger : aucun contour tenu."))
    assert YLORBR.colours[-1] in svg
    assert 'url(#hatch)' in svg
    assert "Estimation (contour pointillé)" in svg and "Aucun chiffre disponible" in svg


def test_the_tiles_turn_into_a_picture_and_credit_no_boundaries() -> None:
    svg = document("en")

    assert png(svg, scale=1).startswith(b"\x89PNG")
    assert "Boundaries:" not in svg
    assert "style=" not in svg


def test_the_same_tiles_give_the_same_bytes() -> None:
    assert document() == document()
