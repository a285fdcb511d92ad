from models.groups import snapshot


def test_a_position_read_twice_changes_nothing(stage) -> None:
    event = stage.event(0, "message", "m1")
    stage.fold(event, 7)
    before = snapshot(stage.state)
    stage.fold(event, 7)
    stage.fold(stage.event(1, "message", "m2"), 3)
    assert snapshot(stage.state) == before


def test_each_source_has_its_own_fence(stage) -> None:
    stage.fold(stage.event(0, "message", "m1"), 7, source=0)
    stage.fold(stage.event(0, "message", "m2"), 7, source=4)
    assert stage.state.fence == {0: 7, 4: 7}
    assert sum(row.messages for row in stage.drain()) == 2


def test_a_producer_that_sends_an_event_twice_counts_once(stage) -> None:
    for at in (0, 1, 2):
        stage.play(at, "message", "m1", event_id="same")
    assert sum(row.messages for row in stage.drain()) == 1


def test_event_ids_are_remembered_within_the_stated_window(new_stage) -> None:
    stage = new_stage(ids=4)
    for number in (0, 1, 2, 3, 4, 1, 0):
        stage.play(number, "message", "m1", event_id=f"id{number}")
    assert len(stage.state.ids) == 4
    assert sum(row.messages for row in stage.drain()) == 6, "id1 is still known, id0 is not"
