// schemac: compiles the schema files of protocol/messages/ to C++.
//
//   schemac OUTPUT_DIRECTORY FILE.msg…
//
// A file is rewritten only when its text changes, so that what includes it is not built again.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "protocol/compiler/emit.h"
#include "protocol/compiler/parser.h"
#include "protocol/compiler/resolve.h"
#include "protocol/compiler/source.h"

namespace {

void write_if_changed(const std::filesystem::path& path, const std::string& text) {
    std::ostringstream old;
    if (std::ifstream in(path, std::ios::binary); in) old << in.rdbuf();
    if (old.str() == text) return;
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

void compile(const std::filesystem::path& directory, const std::vector<std::string>& paths) {
    schema::Schema schema;
    for (const auto& path : paths) schema::parse(path, schema::read_lines(path), schema);
    schema::resolve(schema);
    std::filesystem::create_directories(directory);
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

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: schemac OUTPUT_DIRECTORY FILE.msg...\n";
        return 2;
    }
    try {
        compile(argv[1], {argv + 2, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
