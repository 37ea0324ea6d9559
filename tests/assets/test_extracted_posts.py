"""Reading as a run of Dagster does it: what is new, and what is said of it."""

from tests.refresh.posts import post


def test_only_what_is_new_is_read(project):
    project.declare(a="")
    project.write("a", range(1, 6))
    project.run()
    facts = project.metadata("extracted_posts")
    assert (facts["posts read"], facts["posts that needed no reading"]) == (5, 0)
    (project.raw / "a" / "6.md").write_bytes(post(6))
    (project.raw / "a" / "7.md").write_bytes(b"nothing")
    project.run()
    facts = project.metadata("extracted_posts")
    assert (facts["posts read"], facts["posts that needed no reading"]) == (2, 5)
    assert facts["dagster/row_count"] == 7
    assert facts["read now: rejects by reason"] == [{"reason": "no_front_matter", "posts": 1}]
    assert facts["read now: posts by site"] == [{"site": "www.lanternfile.example", "posts": 1}]
    assert facts["posts by site"] == [{"site": "www.lanternfile.example", "posts": 6}]
    assert facts["posts by profile"] == [{"profile": "generic", "posts": 6}]
