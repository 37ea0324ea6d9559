from __future__ import annotations

import pytest

from pipeline.metadata.licenses import spdx_of


@pytest.mark.parametrize(
    ("address", "identifier"),
    [
        ("http://creativecommons.org/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0"),
        ("https://www.creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("//creativecommons.org/licenses/by-sa/4.0/deed.de", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        ("https://creativecommons.org/licenses/by/3.0/us/", "CC-BY-3.0-US"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/tw/", None),
        ("https://creativecommons.org/licenses/by/9.0/", None),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://creativecommons.org/licenses/", None),
        ("https://www.gnu.org/licenses/fdl-1.3.en.html", "GFDL-1.3-or-later"),
        ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://towpath.example/licenses/by/4.0/", None),
        ("All rights reserved", None),
        ("", None),
    ],
)
def test_the_spdx_identifier_of_an_address(address, identifier):
    assert spdx_of(f" {address} ") == identifier
