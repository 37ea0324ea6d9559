from __future__ import annotations

import pytest

from pipeline.sites import chinafile, registry
from pipeline.sites.registry import Profile, UnknownProfileError, profile_for, profiles


@pytest.mark.parametrize(
    ("host", "overrides", "name"),
    [
        pytest.param("www.chinafile.com", {}, "chinafile", id="a host that a profile names"),
        pytest.param("chinafile.com", {}, "chinafile", id="its other spelling"),
        pytest.param("longread.example", {}, "generic", id="any other host"),
        pytest.param("chinafile.com.evil.example", {}, "generic", id="a host that only looks alike"),
        pytest.param("", {}, "generic", id="no host"),
        pytest.param("ada-marsh.medium.com", {}, "medium", id="a host below one that is named with a star"),
        pytest.param("a.b.medium.com", {}, "medium", id="any host below it"),
        pytest.param("notmedium.com", {}, "generic", id="a host that only ends alike"),
        pytest.param(
            "ada-marsh.medium.com",
            {"ada-marsh.medium.com": "generic"},
            "generic",
            id="the source's word on it",
        ),
        pytest.param(
            "ada-marsh.medium.com", {"medium.com": "generic"}, "medium", id="an override is of one host"
        ),
        pytest.param(
            "www.lanternfile.example",
            {"www.lanternfile.example": "chinafile"},
            "chinafile",
            id="what the source says",
        ),
        pytest.param(
            "www.chinafile.com", {"www.chinafile.com": "generic"}, "generic", id="the source's word is last"
        ),
        pytest.param(
            "other.example", {"www.lanternfile.example": "chinafile"}, "generic", id="another host's override"
        ),
    ],
)
def test_which_profile_reads_a_host(host, overrides, name):
    assert profile_for(host, overrides).name == name


def test_an_unknown_profile_is_told_with_those_that_exist():
    with pytest.raises(UnknownProfileError) as error:
        profile_for("www.lanternfile.example", {"www.lanternfile.example": "chinafiles"})
    for word in ("www.lanternfile.example", "chinafiles", "chinafile", "generic"):
        assert repr(word).strip("'") in str(error.value)


def test_every_module_that_names_its_hosts_is_a_profile():
    assert {"chinafile", "generic", "matters", "medium"} <= profiles().keys()
    assert not {"authors", "page", "registry"} & profiles().keys()


def test_no_two_profiles_claim_one_host():
    hosts = [host for profile in profiles().values() for host in profile.hosts]
    assert sorted(hosts) == sorted(set(hosts))
    assert all(host == host.lower() for host in hosts)
    assert all("*" not in host.removeprefix("*.") for host in hosts)


def test_a_host_named_in_full_comes_first_then_the_longest_pattern(monkeypatch):
    known = {
        name: Profile(name, hosts, chinafile.read_page)
        for name, hosts in {
            "wide": ("*.lantern.example",),
            "narrow": ("*.night.lantern.example",),
            "one": ("ferry.night.lantern.example",),
        }.items()
    }
    monkeypatch.setattr(registry, "profiles", lambda: known)
    for kept in (registry._by_host, registry._by_ending):
        kept.cache_clear()
    try:
        named = {
            host: registry._by_host().get(host) or registry._by_pattern(host)
            for host in (
                "tea.lantern.example",
                "tea.night.lantern.example",
                "ferry.night.lantern.example",
                "lantern.example",
            )
        }
    finally:
        for kept in (registry._by_host, registry._by_ending):
            kept.cache_clear()
    assert named == {
        "tea.lantern.example": "wide",
        "tea.night.lantern.example": "narrow",
        "ferry.night.lantern.example": "one",
        "lantern.example": None,
    }
