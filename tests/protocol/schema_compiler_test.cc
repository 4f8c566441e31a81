// What the schema compiler says to schemas that are wrong, and what it makes of some that are
// right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/parser.h"
#include "protocol/compiler/resolve.h"
#include "protocol/compiler/source.h"

namespace schema {
namespace {

using testing::HasSubstr;

Schema compile(const std::string& text, const std::string& path = "7_probe.msg") {
    Schema schema;
    parse("types.msg", split_lines("type Offset = int64\nerror 3 NOPE\n", "types.msg"), schema);
    parse(path, split_lines(text, path), schema);
    resolve(schema);
    return schema;
}

std::string complaint(const std::string& text) {
    try {
        compile(text);
    } catch (const SchemaError& error) {
        return error.what();
    }
    return "no complaint";
}

// A record with these fields beneath it; the first is on line 2.
std::string in_record(const std::string& fields) {
    return complaint("record 1 Probe versions 0-3 flexible 2+\n" + fields);
}

TEST(SchemaCompiler, TakesWhatIsRight) {
    EXPECT_EQ(in_record("  a string? = null 1+ tag 0 ignorable  # why\n"),
              "7_probe.msg:2: a tagged field in a version that is not flexible");
    EXPECT_EQ(in_record("  a string?  2+  tag 0  ignorable  # why\n"
                        "  b [Thing]\n"
                        "    c Offset = -1\n"),
              "no complaint");
}

TEST(SchemaCompiler, SaysWhereALineIsNotUnderstood) {
    EXPECT_EQ(complaint("nonsense\n"),
              "7_probe.msg:1: \"nonsense\" begins no definition and no section");
    EXPECT_EQ(complaint("\n# remark\n  a int8\n"),
              "7_probe.msg:3: indented, but nothing stands above it");
    EXPECT_EQ(complaint("request\n  a int8\n"),
              "7_probe.msg:1: a section, but no definition stands above it");
    EXPECT_EQ(complaint("type Foo int8\n"), "7_probe.msg:1: expected: type Name = primitive");
    EXPECT_EQ(complaint("api x Foo\n"), "7_probe.msg:1: \"x\" is not a number");
    EXPECT_EQ(complaint("api 1 Foo versions 2-1 flexible 0+\n"),
              "7_probe.msg:1: version range 2-1 is empty");
    EXPECT_EQ(complaint("api 1 Foo versions 1 flexible 2-3\n"),
              "7_probe.msg:1: flexible takes a first version (4+) or \"never\"");
    EXPECT_EQ(complaint("data Foo flexible 0+\n  a int8\n"),
              "7_probe.msg:1: Foo has no \"versions\"");
    EXPECT_EQ(complaint("data Foo versions 0+ flexible 0+\n  a int8\n"),
              "7_probe.msg:1: \"versions\" needs an end");
    EXPECT_EQ(complaint("data Foo versions 0 flexible 0+ quickly\n  a int8\n"),
              "7_probe.msg:1: \"quickly\" is not known in this line");
    EXPECT_EQ(complaint("api 1 Foo versions 0 flexible 0+\nrequest\n  a int8\n"),
              "7_probe.msg:1: Foo needs a request and a response");
    EXPECT_EQ(complaint("api 1 Foo versions 0 flexible 0+\nkey\n  a int8\n"),
              "7_probe.msg:2: this section does not belong under Foo");
    EXPECT_EQ(complaint("api 1 Foo versions 0 flexible 0+\nrequest\nresponse\nresponse\n"),
              "7_probe.msg:4: Foo has these fields already");
}

TEST(SchemaCompiler, SaysWhatIsWrongWithAField) {
    EXPECT_EQ(in_record("  topicId uuid\n"),
              "7_probe.msg:2: field name \"topicId\" is not in snake_case");
    EXPECT_EQ(in_record("  a\n"), "7_probe.msg:2: a type is missing");
    EXPECT_EQ(in_record("  a [int8\n"), "7_probe.msg:2: the type of a is not well formed");
    EXPECT_EQ(in_record("  a int9\n"),
              "7_probe.msg:2: type int9 is not declared, or only below its use");
    EXPECT_EQ(in_record("  a int8 soon\n"),
              "7_probe.msg:2: \"soon\" is no version range (4, 2-4 or 3+)");
    EXPECT_EQ(in_record("  a int8 4+\n"), "7_probe.msg:2: a is in none of the versions");
    EXPECT_EQ(in_record("  a int8\n  a int8\n"), "7_probe.msg:3: field a is declared twice");
    EXPECT_EQ(in_record("  class int8\n"), "7_probe.msg:2: class is a word of C++");
    EXPECT_EQ(in_record("\ta int8\n"), "7_probe.msg:2: a tab; indent and separate with spaces");
    EXPECT_EQ(in_record("  a string = \"x\n"), "7_probe.msg:2: a quoted string has no end");
    EXPECT_EQ(in_record("  a int8\n    b int8\n"),
              "7_probe.msg:2: fields are indented under \"int8\", which is no struct name");
    EXPECT_EQ(in_record("  a int8\n b int8\n"),
              "7_probe.msg:3: indented unlike the fields around it");
    EXPECT_EQ(in_record("  a [bool]\n"), "7_probe.msg:2: no arrays of bool");
}

TEST(SchemaCompiler, SaysWhatIsWrongWithADefaultOrATag) {
    EXPECT_EQ(in_record("  a int8 = 128\n"), "7_probe.msg:2: 128 is no int8");
    EXPECT_EQ(in_record("  a bool = 1\n"), "7_probe.msg:2: expected true or false");
    EXPECT_EQ(in_record("  a string = null\n"), "7_probe.msg:2: a cannot be null");
    EXPECT_EQ(in_record("  a string? = \"null\"\n"), "7_probe.msg:2: write null without quotes");
    EXPECT_EQ(in_record("  a [int8] = 3\n"),
              "7_probe.msg:2: the default of an array is [] or null");
    EXPECT_EQ(in_record("  a int8?\n"), "7_probe.msg:2: a int8 cannot be null");
    EXPECT_EQ(in_record("  a string?2+ 0-1\n"),
              "7_probe.msg:2: a is nullable in none of its versions");
    EXPECT_EQ(in_record("  a int8 2+ tag 0\n  b int8 2+ tag 0\n"),
              "7_probe.msg:3: tag 0 is used twice");
    EXPECT_EQ(in_record("  a int8 2+ tag 1\n"), "7_probe.msg:1: the tags of Probe have a gap");
    EXPECT_EQ(in_record("  a records 2+ tag 0\n"), "7_probe.msg:2: records cannot be tagged");
}

TEST(SchemaCompiler, SaysWhatIsWrongWithAStruct) {
    EXPECT_EQ(in_record("  struct Lonely\n    a int8\n"),
              "7_probe.msg:2: struct Lonely is not used");
    EXPECT_EQ(in_record("  a Late\n  struct Late\n    b int8\n"),
              "7_probe.msg:2: type Late is not declared, or only below its use");
    EXPECT_EQ(in_record("  a [Same]\n    b int8\n  c [Same]\n    d int8\n"),
              "7_probe.msg:4: struct Same is declared twice");
    EXPECT_EQ(in_record("  a [Offset]\n    b int8\n"),
              "7_probe.msg:2: struct Offset has the name of a type");
    EXPECT_EQ(in_record("  a [Probe]\n    b int8\n"),
              "7_probe.msg:2: struct Probe is inside one of its name");
    EXPECT_EQ(in_record("  a [Young] 2+\n    b int8\n  c [Young]\n"),
              "7_probe.msg:4: struct Young is not declared for all versions of c");
}

TEST(SchemaCompiler, SaysWhatClashesBetweenDefinitions) {
    EXPECT_EQ(complaint("data Foo versions 0 flexible 0+\n  a int8\n"
                        "data Foo versions 0 flexible 0+\n  a int8\n"),
              "7_probe.msg:3: Foo is defined twice");
    const std::string api = " versions 0 flexible 0+\nrequest\n  a int8\nresponse\n  a int8\n";
    EXPECT_EQ(complaint("api 1 Foo" + api + "api 1 Bar" + api),
              "7_probe.msg:6: another API has this key");
    EXPECT_EQ(complaint("api 1 Foo" + api + "errors\n  OOPS never\n"),
              "7_probe.msg:7: OOPS is not an error code");
    EXPECT_EQ(complaint("api 1 Foo" + api + "errors\n  NOPE\n"),
              "7_probe.msg:7: say when this error is returned");
    EXPECT_EQ(complaint("error 3 OTHER\n"), "7_probe.msg:1: error code 3 is declared twice");
    EXPECT_EQ(complaint("type Offset = int32\n"), "7_probe.msg:1: type Offset is declared twice");
    EXPECT_EQ(complaint("type Name = string\n"), "7_probe.msg:1: string is not an integer type");
}

TEST(SchemaCompiler, NamesTheGeneratedFileAfterTheSchemaWithoutItsNumber) {
    const Schema schema =
        compile("data Foo versions 0 flexible 0+\n  # The very\n  a Offset = -1  # last\n");
    ASSERT_EQ(schema.files.size(), 1u);
    EXPECT_EQ(schema.files[0].stem, "probe");
    const std::string header = emit_header(schema.files[0]);
    EXPECT_THAT(header, HasSubstr("Offset a{-1};"));
    EXPECT_THAT(header, HasSubstr("// The very last"));
}

TEST(SchemaCompiler, TheServedTableWantsHandlersNamedAfterTheirApi) {
    const Schema schema = compile(
        "api 7 Probe versions 0-4 flexible 0+ latest-unstable\nrequest\n  a int8\nresponse\n"
        "  a int8\n");
    EXPECT_THAT(emit_served_source(schema, {"broker/handlers/07_probe.cc"}),
                HasSubstr("{7, \"Probe\", 0, 3, 0, &handler_entry_Probe},"));
    EXPECT_THROW(emit_served_source(schema, {"broker/handlers/08_probe.cc"}), SchemaError);
    EXPECT_THROW(emit_served_source(schema, {"broker/handlers/07_prove.cc"}), SchemaError);
    EXPECT_THROW(emit_served_source(schema, {"broker/handlers/probe.cc"}), SchemaError);
}

}  // namespace
}  // namespace schema
