// How schema names and values are spelled in C++.
#pragma once

#include <string>

#include "protocol/compiler/model.h"

namespace schema {

// std::int32_t, bool, std::string, kafka::Uuid, …
const char* cpp_primitive(Kind kind);
// int32, bool, string, …: what primitive_kind() takes.
const char* primitive_name(Kind kind);

// What one element of the type is in C++, e.g. PartitionIndex or Topic.
std::string cpp_element(const Type& type);
// The member's type, with vector and optional around it.
std::string cpp_type(const Field& field);
// What follows the member's name in its declaration: " = 3", "{}" or "{-1}".
std::string cpp_initializer(const Field& field);

// The default that `field` has when it names none: Kafka's, except that a nullable field starts as
// null. (The schemas write the default out wherever that would be seen on the wire.)
std::string effective_default(const Field& field);

bool is_cpp_keyword(const std::string& name);
bool in_range(Kind integer, const std::string& text);

// PascalCase to snake_case: ConsumerGroupHeartbeat -> consumer_group_heartbeat.
std::string snake_case(const std::string& name);

// A C++ condition on `version` for being in `range`, given that it is in `within`; "" when it
// always is.
std::string version_condition(const VersionRange& range, const VersionRange& within);

}  // namespace schema
