"""What an operator can mend is told in words; a fault of the pipeline keeps its stack trace."""

import errno

import pytest
from dagster import Failure, RetryRequested

from pipeline.assets.failures import told_plainly
from pipeline.publish.versions import OutputsError
from pipeline.sources.kinds import FetchError
from pipeline.sources.registry import SourcesError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SourcesError("sources.yaml, line 3: there is no key `x`."), "there is no key `x`."),
        (OutputsError("outputs: is not writable."), "outputs: is not writable."),
        (FetchError("damaged", "source 'a': the mirror is damaged."), "source 'a': the mirror is damaged."),
        (OutputsError("/out/\udcff: is not writable."), "/out/\\udcff: is not writable."),
        (OSError(errno.ENOSPC, "No space left on device", "/out/x"), "No space left on device (/out/x)."),
    ],
)
def test_what_can_be_mended_is_told_and_not_tried_again(error, words):
    with pytest.raises(Failure) as caught, told_plainly():
        raise error
    assert words in caught.value.description
    assert "The standing dataset is as it was." in caught.value.description
    assert not caught.value.allow_retries


@pytest.mark.parametrize("error", [ValueError("a bug"), Failure("already told"), RetryRequested()])
def test_anything_else_goes_through_as_it_is(error):
    with pytest.raises(type(error)) as caught, told_plainly():
        raise error
    assert caught.value is error
