"""A restart of the broker is invisible to consumers whose sessions last longer."""

import time

from broker_test_case import BrokerTestCase

PROTOCOL = [{"name": "range", "metadata": b"\x00\x01"}]
REBALANCE_IN_PROGRESS = 27


class Member:
    """A consumer of a classic group, request by request."""

    def __init__(self, client, group, member_id=""):
        self.client = client
        self.group = group
        self.member_id = member_id
        self.generation = -1

    def join(self):
        answer = self.client.call("JoinGroup", 3, {
            "groupId": self.group, "sessionTimeoutMs": 30000, "rebalanceTimeoutMs": 30000,
            "memberId": self.member_id, "protocolType": "consumer", "protocols": PROTOCOL})
        assert answer["errorCode"] == 0, answer
        self.member_id, self.generation = answer["memberId"], answer["generationId"]

    def sync(self, assignment):
        answer = self.client.call("SyncGroup", 2, {
            "groupId": self.group, "generationId": self.generation, "memberId": self.member_id,
            "assignments": [{"memberId": self.member_id, "assignment": assignment}]})
        assert answer["errorCode"] == 0, answer
        return answer["assignment"]

    def heartbeat(self):
        return self.client.call("Heartbeat", 2, {
            "groupId": self.group, "generationId": self.generation,
            "memberId": self.member_id})["errorCode"]

    def commit(self, offset):
        answer = self.client.call("OffsetCommit", 8, {
            "groupId": self.group, "generationIdOrMemberEpoch": self.generation,
            "memberId": self.member_id, "groupInstanceId": None, "topics": [{
                "name": "read", "partitions": [{
                    "partitionIndex": 0, "committedOffset": offset,
                    "committedLeaderEpoch": 0, "committedMetadata": "so far"}]}]})
        return answer["topics"][0]["partitions"][0]["errorCode"]

    def committed(self):
        answer = self.client.call("OffsetFetch", 7, {"groupId": self.group, "topics": None})
        return answer["topics"][0]["partitions"][0]["committedOffset"]


class Groups(BrokerTestCase):
    def start_members(self, count):
        client = self.client()
        client.create_topic("read")
        client.call("FindCoordinator", 4, {"keyType": 0, "coordinatorKeys": ["any"]})
        members = [Member(client, f"group {number}") for number in range(count)]
        for member in members:
            member.join()
            self.assertEqual(member.sync(b"all of it"), b"all of it")
            self.assertEqual(member.commit(41), 0)
        return members

    def wait_until_loaded(self, client):
        while client.call("ListGroups", 4)["errorCode"] != 0:
            time.sleep(0.01)

    def go_on(self, members):
        client = self.client()
        self.wait_until_loaded(client)
        for member in members:
            member.client = client
            self.assertEqual(member.heartbeat(), 0)
            self.assertEqual(member.committed(), 41)
            self.assertEqual(member.sync(b"ignored"), b"all of it")
            self.assertEqual(member.commit(42), 0)
            self.assertEqual(member.committed(), 42)

    def test_members_go_on_after_a_clean_restart(self):
        members = self.start_members(20)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.go_on(members)

    def test_members_go_on_after_a_kill(self):
        members = self.start_members(20)
        self.broker.kill()
        self.broker.start()
        self.go_on(members)

    def test_a_rebalance_that_a_kill_interrupts_is_forgotten(self):
        member, = self.start_members(1)
        second = self.client()
        second.send("JoinGroup", 3, {
            "groupId": member.group, "sessionTimeoutMs": 30000, "rebalanceTimeoutMs": 30000,
            "memberId": "", "protocolType": "consumer", "protocols": PROTOCOL})
        while member.heartbeat() != REBALANCE_IN_PROGRESS:
            time.sleep(0.01)
        self.broker.kill()
        self.broker.start()
        self.go_on([member])

    def test_who_waits_for_a_rebalance_does_not_hold_up_the_stop(self):
        member, = self.start_members(1)
        second = self.client()
        second.send("JoinGroup", 3, {
            "groupId": member.group, "sessionTimeoutMs": 30000, "rebalanceTimeoutMs": 30000,
            "memberId": "", "protocolType": "consumer", "protocols": PROTOCOL})
        while member.heartbeat() != REBALANCE_IN_PROGRESS:
            time.sleep(0.01)
        started = time.monotonic()
        self.assertEqual(self.broker.stop(), 0)
        self.assertLess(time.monotonic() - started, 10)
