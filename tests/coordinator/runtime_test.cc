// What a coordinator has answered must be in its log, and what is in its log must be its state.
#include "coordinator/runtime.h"

#include <gtest/gtest.h>

#include "notebook.h"
#include "tests/support/cold_file_system.h"

namespace kafka::coordinator {
namespace {

using Effects = Notebook::Effects;

class Mailbox final : public Outbox<std::string> {
  public:
    void send(std::string reply) override { sent.push_back(std::move(reply)); }
    void fail_all(ErrorCode error) override { failure = error; }
    void wants_loading() override { loading_wanted = true; }

    std::vector<std::string> sent;
    ErrorCode failure = ErrorCode::NONE;
    bool loading_wanted = false;
};

class RuntimeTest : public testing::Test {
  protected:
    RuntimeTest() {
        EXPECT_TRUE(files_.create_directory("/data").ok());
        EXPECT_TRUE(files_.create_directory("/data/log-0").ok());
        open();
    }

    void open() {
        runtime_.reset();
        partition_.reset();
        storage::Partition::OpenOptions options;
        options.config = config_;
        options.recovery = storage::RecoveryMode::ProcessKilled;
        auto opened = storage::Partition::open(files_, "/data/log-0", {"log", PartitionIndex{0}},
                                               Uuid{}, options);
        ASSERT_TRUE(opened.ok());
        partition_ = opened.take();
        partition_->become_leader(LeaderEpoch{epoch_++});
        runtime_ = std::make_unique<Runtime<Notebook>>(*partition_, outbox_);
    }
    void load() {
        while (!runtime_->load(256, context())) {
        }
    }
    void restart() {
        files_.kill_process();
        open();
        load();
    }
    Notebook::Context context() const { return {now_}; }
    void note(std::string name, std::string text, std::string reply = "") {
        Effects effects{{{std::move(name), std::move(text)}}};
        if (!reply.empty()) effects.replies.push_back(std::move(reply));
        runtime_->carry_out(std::move(effects), context());
    }
    const std::map<std::string, std::string>& notes() { return runtime_->machine().notes; }

    storage::ColdFileSystem files_;
    storage::LogConfig config_;
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000}};
    std::int32_t epoch_ = 0;
    Mailbox outbox_;
    std::unique_ptr<storage::Partition> partition_;
    std::unique_ptr<Runtime<Notebook>> runtime_;
};

TEST_F(RuntimeTest, ServesNobodyBeforeItIsLoaded) {
    EXPECT_EQ(runtime_->availability(), ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    EXPECT_EQ(runtime_->next_deadline(), kNever);

    load();

    EXPECT_EQ(runtime_->availability(), ErrorCode::NONE);
    EXPECT_TRUE(runtime_->machine().is_loaded);
}

TEST_F(RuntimeTest, WhatWasAnsweredIsThereAfterARestart) {
    load();
    note("a", "1", "first");
    note("b", "2", "second");
    runtime_->carry_out({{{"a", std::nullopt}}}, context());

    restart();

    EXPECT_EQ(outbox_.sent, (std::vector<std::string>{"first", "second"}));
    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"b", "2"}}));
    EXPECT_EQ(runtime_->machine().last, Offset{2});
}

TEST_F(RuntimeTest, ALongLogIsLoadedInSteps) {
    load();
    for (int i = 0; i < 100; ++i) note(std::to_string(i), "text");
    files_.kill_process();
    open();

    int steps = 1;
    while (!runtime_->load(1'000, context())) ++steps;

    EXPECT_GT(steps, 5);
    EXPECT_EQ(notes().size(), 100U);
}

TEST_F(RuntimeTest, WhatIsNotInThePageCacheIsNamedAndReadWhenItIsThere) {
    load();
    for (int i = 0; i < 100; ++i) note(std::to_string(i), "text");
    const auto written = notes();
    files_.kill_process();
    open();
    files_.drop_caches();

    std::vector<storage::MissingPages> missing;
    while (!runtime_->load(1'000, context(), &missing)) {
        EXPECT_EQ(runtime_->availability(), ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        for (const storage::MissingPages& pages : missing) pages.fetch();
        missing.clear();
    }

    EXPECT_EQ(runtime_->availability(), ErrorCode::NONE);
    EXPECT_EQ(notes(), written);
    EXPECT_GT(files_.fetches(), 0);
    EXPECT_EQ(files_.stalls(), 0);
}

TEST_F(RuntimeTest, ManyRecordsAreWrittenInSeveralBatches) {
    load();
    Effects effects;
    for (int i = 0; i < 2'000; ++i)
        effects.records.push_back({std::to_string(i), std::string(1'000, 'x')});

    runtime_->carry_out(std::move(effects), context());
    restart();

    EXPECT_EQ(notes().size(), 2'000U);
    EXPECT_EQ(runtime_->machine().last, Offset{1'999});
}

TEST_F(RuntimeTest, AnswersWaitUntilTheDiskHasTheirRecords) {
    config_.flush_messages = 1;
    restart();
    ErrorCode committed = ErrorCode::UNKNOWN_SERVER_ERROR;

    note("a", "1", "answer");
    runtime_->when_committed([&](ErrorCode error) { committed = error; });

    EXPECT_EQ(notes().size(), 1U);  // decisions already stand on it
    EXPECT_TRUE(outbox_.sent.empty());
    EXPECT_EQ(committed, ErrorCode::UNKNOWN_SERVER_ERROR);

    const storage::FlushTicket ticket = partition_->begin_flush();
    partition_->finish_flush(ticket, ticket.sync());

    EXPECT_EQ(outbox_.sent, std::vector<std::string>{"answer"});
    EXPECT_EQ(committed, ErrorCode::NONE);
}

TEST_F(RuntimeTest, AnAnswerWithoutRecordsWaitsForThoseBeforeIt) {
    config_.flush_messages = 1;
    restart();
    note("a", "1");

    runtime_->carry_out({{}, std::nullopt, {"read"}}, context());

    EXPECT_TRUE(outbox_.sent.empty());
}

TEST_F(RuntimeTest, AfterAFailedWriteTheLogIsWhatCounts) {
    load();
    note("a", "1", "kept");
    files_.fail(storage::MemoryFileSystem::Call::Write, ".log");

    note("b", "2", "lost");

    EXPECT_EQ(outbox_.sent, std::vector<std::string>{"kept"});
    EXPECT_NE(outbox_.failure, ErrorCode::NONE);
    if (runtime_->availability() == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) load();
    restart();
    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}}));
}

TEST_F(RuntimeTest, WhenTheDiskIsFullForAMomentItGoesOnFromTheLog) {
    load();
    note("a", "1");
    files_.set_capacity(0);

    note("b", "2", "lost");

    EXPECT_EQ(outbox_.failure, ErrorCode::NOT_COORDINATOR);
    EXPECT_TRUE(outbox_.loading_wanted);
    files_.set_capacity(1 << 20);
    load();
    note("c", "3", "again");
    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}, {"c", "3"}}));
    EXPECT_EQ(outbox_.sent, std::vector<std::string>{"again"});
}

TEST_F(RuntimeTest, DoesWhatIsDueAndAnswersInOrder) {
    load();
    runtime_->machine().deadline = SteadyMs{1'500};
    runtime_->run_due(context());
    EXPECT_TRUE(outbox_.sent.empty());

    now_.steady = SteadyMs{1'500};
    runtime_->run_due(context());

    EXPECT_EQ(outbox_.sent, std::vector<std::string>{"rang"});
    EXPECT_EQ(notes().at("rang"), "yes");
}

TEST_F(RuntimeTest, TransactionsAreVisibleWithTheirMarker) {
    load();
    const Producer one{ProducerId{1}, ProducerEpoch{0}};
    const Producer two{ProducerId{2}, ProducerEpoch{0}};
    runtime_->carry_out({{{"a", "1"}}, one}, context());
    runtime_->carry_out({{{"b", "2"}}, two}, context());
    restart();
    EXPECT_TRUE(notes().empty());

    const TransactionMarker commit{ControlRecordType::Commit, CoordinatorEpoch{0}};
    const TransactionMarker abort{ControlRecordType::Abort, CoordinatorEpoch{0}};
    EXPECT_EQ(runtime_->end_transaction(commit, one, 0, context()), ErrorCode::NONE);
    EXPECT_EQ(runtime_->end_transaction(abort, two, 0, context()), ErrorCode::NONE);

    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}}));
    restart();
    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}}));
    EXPECT_TRUE(runtime_->machine().pending.empty());
}

TEST_F(RuntimeTest, SkipsWhatItCannotReadAndWhatIsNotItsOwn) {
    load();
    note("unreadable", "?");
    note("foreign", "?");
    note("a", "1");

    restart();

    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}}));
    EXPECT_EQ(runtime_->unreadable_records(), 1U);
}

TEST_F(RuntimeTest, LosingTheLeadEndsTheServiceAndGainingItLoadsAgain) {
    load();
    note("a", "1");

    partition_->become_follower(LeaderEpoch{epoch_++});
    EXPECT_EQ(runtime_->availability(), ErrorCode::NOT_COORDINATOR);
    EXPECT_EQ(outbox_.failure, ErrorCode::NOT_COORDINATOR);

    partition_->become_leader(LeaderEpoch{epoch_++});
    EXPECT_TRUE(outbox_.loading_wanted);
    load();
    EXPECT_EQ(notes(), (std::map<std::string, std::string>{{"a", "1"}}));
}

}  // namespace
}  // namespace kafka::coordinator
