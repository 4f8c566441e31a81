// What a set of schema files says: type aliases, error codes and messages. Filled by the parser,
// completed by resolve(), read by the emitters. Plain values; the compiler is one short-lived
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

// Where something was written, for error messages.
struct Place {
    std::string file;
    int line = 0;
};

// Versions `first` to `last`, both inclusive. `last` == kOpen stands for "and all later ones".
struct VersionRange {
    static constexpr int kOpen = 32767;
    int first = 0;
    int last = kOpen;

    bool contains(int version) const { return first <= version && version <= last; }
    bool covers(const VersionRange& other) const {
        return first <= other.first && other.last <= last;
    }
    bool operator==(const VersionRange&) const = default;
};

enum class Kind {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint16,
    Uint32,
    Float64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct,
};

struct Struct;

struct Type {
    bool array = false;
    std::string name;  // as written: a primitive, an alias or a struct
    Kind kind = Kind::Struct;
    bool alias = false;            // `name` is a strong type over the primitive `kind`
    const Struct* body = nullptr;  // for Kind::Struct; owned by the message
};

struct Field {
    Place place;
    std::string name;
    Type type;
    VersionRange versions;
    std::optional<VersionRange> nullable;
    std::optional<int> tag;
    std::optional<std::string> default_text;  // as written; strings without their quotes
    bool ignorable = false;
    bool never_flexible = false;  // keeps its old length prefix in flexible versions
    std::string comment;
};

struct Struct {
    Place place;
    std::string name;
    VersionRange versions;  // those in which it can occur
    std::vector<Field> fields;
    // Structs declared inside: in order of appearance, `shared` ones (`struct Name`) first.
    std::vector<std::unique_ptr<Struct>> nested;
};

enum class Role { Request, Response, Key, Value, Plain };

// One sequence of fields with versions of its own: what Kafka calls a message.
struct Message {
    Place place;
    Role role = Role::Plain;
    std::string name;  // e.g. OffsetForLeaderEpochRequest
    VersionRange versions{0, 0};
    std::optional<int> flexible_from;
    Struct body;
};

struct ErrorUse {
    Place place;
    std::string code;
    std::string reason;
};

enum class DefinitionKind { Api, Record, Data };

// One `api`, `record` or `data` line and what stands under it.
struct Definition {
    Place place;
    DefinitionKind kind = DefinitionKind::Data;
    std::string name;
    std::optional<int> key;  // api key, or record type
    std::vector<std::string> listeners;
    bool latest_version_unstable = false;
    std::vector<std::unique_ptr<Message>> messages;
    std::vector<ErrorUse> errors;
};

struct Alias {
    Place place;
    std::string name;
    std::string primitive;
    std::string comment;
};

struct ErrorCode {
    Place place;
    int code = 0;
    std::string name;
    bool retriable = false;
};

// One schema file. `stem` is its name without number and extension: 00_produce.msg -> produce.
struct File {
    std::string path;
    std::string stem;
    std::vector<std::unique_ptr<Definition>> definitions;
};

struct Schema {
    std::vector<Alias> aliases;
    std::vector<ErrorCode> errors;
    std::vector<File> files;
};

// The primitive of that name, or nothing. Kind::Struct is never returned.
std::optional<Kind> primitive_kind(std::string_view name);
bool is_integer(Kind kind);

}  // namespace schema
