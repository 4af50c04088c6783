from __future__ import annotations

from odoosync.accounts.throttle import Throttle, network_of


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    throttle = Throttle(rate=2, burst=3)
    for _ in range(3):
        assert throttle.wait("a", 100) == 0
        throttle.take("a", 100)
    assert throttle.wait("a", 100) == 0.5
    assert throttle.wait("a", 100.5) == 0


def test_one_key_does_not_slow_another() -> None:
    throttle = Throttle(rate=1, burst=1)
    throttle.take("a", 100)
    assert throttle.wait("b", 100) == 0


def test_insisting_does_not_make_the_wait_longer() -> None:
    throttle = Throttle(rate=1, burst=1)
    for _ in range(50):
        throttle.take("a", 100)
    assert throttle.wait("a", 100) == 1


def test_a_quiet_time_fills_no_more_than_the_burst() -> None:
    throttle = Throttle(rate=1, burst=2)
    throttle.take("a", 100)
    for _ in range(2):
        throttle.take("a", 1000)
    assert throttle.wait("a", 1000) == 1


def test_memory_is_bounded_by_dropping_whoever_came_longest_ago() -> None:
    throttle = Throttle(rate=1, burst=1, capacity=2)
    for key in ("a", "b", "c"):
        throttle.take(key, 100)
    assert [throttle.wait(key, 100) for key in ("a", "b", "c")] == [0, 1, 1]


def test_an_ipv6_caller_is_their_network() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"
