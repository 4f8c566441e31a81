#include "storage/transaction_index.h"

#include <gtest/gtest.h>

#include "storage/memory_file_system.h"
#include "tests/support/test_data.h"

namespace kafka::storage {
namespace {

using Aborted = std::vector<AbortedTransaction>;

const std::string kPath = "/data/00000000000000000000.txnindex";

AbortedTransaction aborted(std::int64_t first, std::int64_t last, std::int64_t stable) {
    return {ProducerId{7}, Offset{first}, Offset{last}, Offset{stable}};
}

class TransactionIndexTest : public testing::Test {
  protected:
    TransactionIndexTest() : index_(files_, kPath) {
        EXPECT_TRUE(files_.create_directory("/data").ok());
    }

    void append(const Aborted& transactions) {
        for (const AbortedTransaction& each : transactions) {
            ASSERT_TRUE(index_.append(each).ok());
        }
    }
    Aborted collect(std::int64_t from, std::int64_t end, bool expect_all) const {
        Aborted found;
        const auto is_all = index_.collect(Offset{from}, Offset{end}, found);
        EXPECT_TRUE(is_all.ok());
        EXPECT_EQ(*is_all, expect_all);
        return found;
    }
    Bytes file() { return read_file(files_, kPath).value(); }

    MemoryFileSystem files_;
    TransactionIndex index_;
};

TEST_F(TransactionIndexTest, TheFileOfApacheKafkaIsReadAndWrittenByteForByte) {
    const Bytes of_kafka = test::read_test_file("producer_state/transactions.txnindex");
    auto file = files_.open("/data/kafka", OpenMode::Create);
    ASSERT_TRUE((*file)->write_at(0, of_kafka).ok());
    TransactionIndex theirs(files_, "/data/kafka");
    ASSERT_TRUE(theirs.load().ok());
    ASSERT_GT(theirs.count(), 0u);

    for (std::size_t i = 0; i < theirs.count(); ++i) {
        ASSERT_TRUE(index_.append(*theirs.at(i)).ok());
    }

    EXPECT_EQ(this->file(), of_kafka);
}

TEST_F(TransactionIndexTest, WithoutAnEntryThereIsNoFile) {
    ASSERT_TRUE(index_.load().ok());
    ASSERT_TRUE(index_.seal().ok());
    EXPECT_FALSE(files_.exists(kPath));
    EXPECT_EQ(collect(0, 100, false), Aborted{});
}

TEST_F(TransactionIndexTest, AReaderIsToldOfWhatReachesIntoItsRangeAndNoMore) {
    append({aborted(5, 9, 2), aborted(12, 20, 2), aborted(2, 25, 26), aborted(30, 31, 32)});

    EXPECT_EQ(collect(0, 3, true), (Aborted{aborted(2, 25, 26)}));
    EXPECT_EQ(collect(9, 13, true),
              (Aborted{aborted(5, 9, 2), aborted(12, 20, 2), aborted(2, 25, 26)}));
    EXPECT_EQ(collect(10, 12, true), (Aborted{aborted(2, 25, 26)}));
    EXPECT_EQ(collect(21, 26, true), (Aborted{aborted(2, 25, 26)}));
    EXPECT_EQ(collect(26, 27, true), Aborted{});
    EXPECT_EQ(collect(26, 40, false), (Aborted{aborted(30, 31, 32)}));
    EXPECT_EQ(collect(32, 40, false), Aborted{});
}

TEST_F(TransactionIndexTest, MoreEntriesThanAPageAreAllTold) {
    Aborted all;
    for (std::int64_t i = 0; i < 300; ++i) all.push_back(aborted(2 * i, 2 * i + 1, 2 * i + 2));
    append(all);
    EXPECT_EQ(collect(0, 600, true), all);
    EXPECT_EQ(collect(501, 601, false), Aborted(all.begin() + 250, all.end()));
}

TEST_F(TransactionIndexTest, WhatIsNotedAlreadyIsNotNotedAgain) {
    append({aborted(1, 2, 3), aborted(4, 5, 6)});
    ASSERT_TRUE(index_.seal().ok());

    TransactionIndex again(files_, kPath);
    ASSERT_TRUE(again.load().ok());
    ASSERT_TRUE(again.append(aborted(1, 2, 3)).ok());
    ASSERT_TRUE(again.append(aborted(4, 5, 6)).ok());
    ASSERT_TRUE(again.append(aborted(7, 8, 9)).ok());

    EXPECT_EQ(again.count(), 3u);
    EXPECT_EQ(file().size(), 3 * TransactionIndex::kEntryBytes);
}

TEST_F(TransactionIndexTest, TruncationDropsTheMarkersAtAndBeyondTheEnd) {
    append({aborted(1, 2, 3), aborted(4, 5, 6), aborted(7, 8, 9)});
    ASSERT_TRUE(index_.truncate_to(Offset{5}).ok());
    EXPECT_EQ(index_.count(), 1u);
    ASSERT_TRUE(index_.append(aborted(3, 5, 6)).ok());
    EXPECT_EQ(collect(0, 10, false), (Aborted{aborted(1, 2, 3), aborted(3, 5, 6)}));
    ASSERT_TRUE(index_.clear().ok());
    EXPECT_EQ(file().size(), 0u);
}

TEST_F(TransactionIndexTest, AnEntryThatCouldNotBeWrittenWaitsForTheNextWrite) {
    append({aborted(1, 2, 3)});
    files_.set_capacity(40);
    EXPECT_FALSE(index_.append(aborted(4, 5, 6)).ok());
    EXPECT_FALSE(index_.write().ok());
    files_.set_capacity(1000);
    EXPECT_TRUE(index_.write().ok());
    TransactionIndex again(files_, kPath);
    ASSERT_TRUE(again.load().ok());
    EXPECT_EQ(again.count(), 2u);
    EXPECT_EQ(*again.at(1), aborted(4, 5, 6));
}

TEST_F(TransactionIndexTest, AnotherVersionIsNotGuessedAt) {
    append({aborted(1, 2, 3)});
    const std::uint8_t one = 1;
    auto opened = files_.open(kPath, OpenMode::ReadWrite);
    ASSERT_TRUE((*opened)->write_at(1, BytesView(&one, 1)).ok());
    TransactionIndex again(files_, kPath);
    EXPECT_FALSE(again.load().ok());
}

}  // namespace
}  // namespace kafka::storage
