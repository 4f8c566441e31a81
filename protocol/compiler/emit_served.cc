// The table of served APIs: those for which there is a handler file.
#include <algorithm>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/names.h"
#include "protocol/compiler/source.h"
#include "protocol/compiler/text.h"

namespace schema {
namespace {

// The API that the handler file NN_name.cc is for.
const Definition& served_by(const Schema& schema, const std::string& handler) {
    const Place place{handler, 1};
    const std::string name = handler.substr(handler.find_last_of('/') + 1);
    const auto underscore = name.find('_');
    if (underscore == std::string::npos) {
        throw SchemaError(place, "a handler file is called NN_name.cc, with the API's number");
    }
    const int key = parse_number(name.substr(0, underscore), place);
    for (const File& file : schema.files) {
        for (const auto& definition : file.definitions) {
            if (definition->kind != DefinitionKind::Api || definition->key != key) continue;
            if (name.substr(underscore + 1) == file.stem + ".cc") return *definition;
            throw SchemaError(place, "API " + std::to_string(key) + " is called " + file.stem);
        }
    }
    throw SchemaError(place, "there is no API " + std::to_string(key));
}

void emit_entry(const Definition& api, Text& out) {
    const Message& request = *api.messages.front();
    const int unstable = api.latest_version_unstable ? 1 : 0;
    out.line("{", std::to_string(*api.key), ", \"", api.name, "\", ",
             std::to_string(request.versions.first), ", ",
             std::to_string(request.versions.last - unstable), ", ",
             std::to_string(request.flexible_from.value_or(VersionRange::kOpen)),
             ", &handler_entry_", api.name, "},");
}

}  // namespace

std::string emit_served_header() {
    return R"(// Generated from the names of the handler files and their schemas: the APIs
// that are served, with the versions that are stable. A handler that is missing does not link.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kafka::broker {

struct HandlerEntry;

struct ServedApi {
    std::int16_t api_key;
    std::string_view name;
    std::int16_t min_version;
    std::int16_t max_version;
    std::int16_t first_flexible_version;
    const HandlerEntry* handler;

    bool serves(std::int16_t version) const {
        return min_version <= version && version <= max_version;
    }
    bool is_flexible(std::int16_t version) const { return version >= first_flexible_version; }
};

// In ascending order of API key.
std::span<const ServedApi> served_apis();

// Null when the API is not served.
const ServedApi* find_served_api(std::int16_t api_key);

}  // namespace kafka::broker
)";
}

std::string emit_served_source(const Schema& schema, const std::vector<std::string>& handlers) {
    std::vector<const Definition*> apis;
    for (const auto& handler : handlers) apis.push_back(&served_by(schema, handler));
    std::ranges::sort(apis, {}, [](const Definition* api) { return *api->key; });
    Text out;
    out.line("#include \"broker/gen/served_apis.h\"");
    out.blank();
    out.line("#include \"broker/handler.h\"");
    out.blank();
    out.line("#include <algorithm>");
    out.blank();
    out.line("namespace kafka::broker {");
    out.blank();
    for (const Definition* api : apis) {
        out.line("extern const HandlerEntry handler_entry_", api->name, ";");
    }
    out.blank();
    out.line("std::span<const ServedApi> served_apis() {");
    out.indent();
    if (apis.empty()) {
        out.line("return {};");
    } else {
        out.line("static constexpr ServedApi kApis[] = {");
        out.indent();
        for (const Definition* api : apis) emit_entry(*api, out);
        out.outdent();
        out.line("};");
        out.line("return kApis;");
    }
    out.outdent();
    out.line("}");
    out.blank();
    out.line("const ServedApi* find_served_api(std::int16_t api_key) {");
    out.indent();
    out.line("const auto apis = served_apis();");
    out.line(
        "const auto found = std::ranges::lower_bound(apis, api_key, {}, &ServedApi::api_key);");
    out.line("return found != apis.end() && found->api_key == api_key ? &*found : nullptr;");
    out.outdent();
    out.line("}");
    out.blank();
    out.line("}  // namespace kafka::broker");
    return out.take();
}

}  // namespace schema
