// schemac: compiles the schema files of protocol/messages/ to C++.
//
//   schemac messages OUTPUT_DIRECTORY FILE.msg…
//   schemac served OUTPUT_DIRECTORY FILE.msg… -- HANDLER.cc…
//
// A file is rewritten only when its text changes, so that what includes it is not built again.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/parser.h"
#include "protocol/compiler/resolve.h"
#include "protocol/compiler/source.h"

namespace {

using Arguments = std::vector<std::string>;

void write_if_changed(const std::filesystem::path& path, const std::string& text) {
    std::ostringstream old;
    if (std::ifstream in(path, std::ios::binary); in) old << in.rdbuf();
    if (old.str() == text) return;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

schema::Schema read_schema(const Arguments& paths) {
    schema::Schema schema;
    for (const auto& path : paths) schema::parse(path, schema::read_lines(path), schema);
    schema::resolve(schema);
    return schema;
}

void compile_messages(const std::filesystem::path& directory, const Arguments& paths) {
    const schema::Schema schema = read_schema(paths);
    write_if_changed(directory / "types.h", schema::emit_types(schema));
    write_if_changed(directory / "error_code.h", schema::emit_error_header(schema));
    write_if_changed(directory / "error_code.cc", schema::emit_error_source(schema));
    write_if_changed(directory / "message_registry.cc", schema::emit_registry(schema));
    write_if_changed(directory / "message_descriptions.cc", schema::emit_descriptions(schema));
    for (const auto& file : schema.files) {
        write_if_changed(directory / (file.stem + ".h"), schema::emit_header(file));
        write_if_changed(directory / (file.stem + ".cc"), schema::emit_source(file));
    }
}

void compile_served(const std::filesystem::path& directory, const Arguments& paths) {
    const auto bar = std::ranges::find(paths, "--");
    if (bar == paths.end()) throw std::runtime_error("schemac served: no \"--\" before handlers");
    const schema::Schema schema = read_schema({paths.begin(), bar});
    write_if_changed(directory / "served_apis.h", schema::emit_served_header());
    write_if_changed(directory / "served_apis.cc",
                     schema::emit_served_source(schema, {bar + 1, paths.end()}));
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() > 2 && arguments[0] == "messages") {
            compile_messages(arguments[1], {arguments.begin() + 2, arguments.end()});
        } else if (arguments.size() > 2 && arguments[0] == "served") {
            compile_served(arguments[1], {arguments.begin() + 2, arguments.end()});
        } else {
            std::cerr << "usage: schemac messages OUTPUT_DIRECTORY FILE.msg...\n"
                         "       schemac served OUTPUT_DIRECTORY FILE.msg... -- HANDLER.cc...\n";
            return 2;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
