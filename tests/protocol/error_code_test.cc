#include <gtest/gtest.h>

#include "protocol/error.h"

namespace kafka {
namespace {

TEST(ErrorCode, HasKafkasNumbersAndNames) {
    EXPECT_EQ(static_cast<int>(ErrorCode::UNKNOWN_SERVER_ERROR), -1);
    EXPECT_EQ(static_cast<int>(ErrorCode::SHARE_SESSION_LIMIT_REACHED), 133);
    EXPECT_EQ(error_name(ErrorCode::NOT_LEADER_OR_FOLLOWER), "NOT_LEADER_OR_FOLLOWER");
    EXPECT_EQ(error_name(static_cast<ErrorCode>(999)), "UNKNOWN");
}

TEST(ErrorCode, SaysWhatAClientMayRetry) {
    EXPECT_TRUE(is_retriable(ErrorCode::NOT_LEADER_OR_FOLLOWER));
    EXPECT_TRUE(is_retriable(ErrorCode::CORRUPT_MESSAGE));
    EXPECT_FALSE(is_retriable(ErrorCode::NONE));
    EXPECT_FALSE(is_retriable(ErrorCode::INVALID_RECORD));
    EXPECT_FALSE(is_retriable(static_cast<ErrorCode>(999)));
}

TEST(Error, TravelsInAResult) {
    const Result<int> failed = Error{ErrorCode::INVALID_CONFIG, "no such key"};
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::INVALID_CONFIG);
    EXPECT_EQ(*Result<int>(7), 7);
}

}  // namespace
}  // namespace kafka
