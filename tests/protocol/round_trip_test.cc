#include "protocol/registry/round_trip.h"

#include <gtest/gtest.h>

namespace kafka {
namespace {

TEST(RoundTripLine, TakesKafkasClassNamesAndOurs) {
    EXPECT_EQ(round_trip_line("RequestHeaderData\t1\t001200030000000700026162"),
              "001200030000000700026162");
    EXPECT_EQ(round_trip_line("RequestHeader\t1\t001200030000000700026162"),
              "001200030000000700026162");
}

TEST(RoundTripLine, TakesColumnsAfterTheThirdForRemarks) {
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t00000007\t{\"correlationId\":7}"), "00000007");
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t00000007\r"), "00000007");
}

TEST(RoundTripLine, SaysWhatIsWrongWithALine) {
    EXPECT_EQ(round_trip_line(""), "error: no message is called \"\"");
    EXPECT_EQ(round_trip_line("Nonsense\t0\t00"), "error: no message is called \"Nonsense\"");
    EXPECT_EQ(round_trip_line("ResponseHeader"), "error: ResponseHeader has versions 0 to 1");
    EXPECT_EQ(round_trip_line("ResponseHeader\t2\t00000007"),
              "error: ResponseHeader has versions 0 to 1");
    EXPECT_EQ(round_trip_line("ResponseHeader\t-1\t00000007"),
              "error: ResponseHeader has versions 0 to 1");
    EXPECT_EQ(round_trip_line("ResponseHeader\t65536\t00000007"),
              "error: ResponseHeader has versions 0 to 1");
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t0000000"),
              "error: the third column is not hexadecimal");
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t0000000g"),
              "error: the third column is not hexadecimal");
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t000000"), "error: not a ResponseHeader");
    EXPECT_EQ(round_trip_line("ResponseHeader\t0\t0000000700"), "error: 1 bytes are left over");
}

}  // namespace
}  // namespace kafka
