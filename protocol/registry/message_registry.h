// Every message by name, for tools and tests that meet messages at run time (round trips, fuzzing,
// dumps). Nothing that the broker links: it names its messages in its code.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka {

struct MessageType {
    std::string_view name;
    std::int16_t min_version;
    std::int16_t max_version;
    // Decodes a message and, unless that failed, encodes it again.
    void (*round_trip)(Decoder& decoder, Encoder& encoder, std::int16_t version);
};

std::span<const MessageType> message_types();

// Kafka's class names carry "Data" behind requests, responses and headers: both forms are found.
// Null when there is no such message.
const MessageType* find_message_type(std::string_view name);

// What the schema says of one field, to hold it against another description of the same wire.
// Versions are inclusive; -1 where there are none.
struct FieldDescription {
    std::string_view message;
    std::string_view path;  // field names from the message down, with dots
    std::string_view type;  // Kafka's primitive, or "struct"; "[]" before it for an array
    int first_version;
    int last_version;
    int first_nullable;
    int last_nullable;
    int tag;
    std::string_view default_value;
    bool ignorable;
    bool never_flexible;
};

// What the schema says of one message.
struct MessageDescription {
    std::string_view name;
    std::string_view role;  // request, response, key, value or plain
    int key;                // API key or record type
    int first_version;
    int last_version;
    int first_flexible;
    std::string_view listeners;  // separated by commas
    bool latest_version_unstable;
};

std::span<const FieldDescription> field_descriptions();
std::span<const MessageDescription> message_descriptions();

}  // namespace kafka
