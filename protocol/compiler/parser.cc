#include "protocol/compiler/parser.h"

#include <cctype>

#include "protocol/compiler/field_parser.h"

namespace schema {
namespace {

// 00_produce.msg -> produce
std::string stem_of(const std::string& path) {
    std::string stem = path.substr(path.find_last_of('/') + 1);
    stem = stem.substr(0, stem.find('.'));
    const auto digits = stem.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string::npos && stem[digits] == '_') {
        stem = stem.substr(digits + 1);
    }
    return stem;
}

// "broker,controller"
std::vector<std::string> split_list(const std::string& word) {
    std::vector<std::string> parts(1);
    for (const char c : word) {
        if (c == ',') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

class FileParser {
  public:
    FileParser(const std::string& path, const std::vector<Line>& lines, Schema& schema)
        : lines_(lines), schema_(schema), file_{path, stem_of(path), {}} {}

    void parse() {
        while (at_ < lines_.size()) top_level();
        for (const auto& definition : file_.definitions) check_complete(*definition);
        if (!file_.definitions.empty()) schema_.files.push_back(std::move(file_));
    }

  private:
    void top_level() {
        const Line& line = lines_[at_++];
        if (line.indent != 0)
            throw SchemaError(line.place, "indented, but nothing stands above it");
        const std::string& word = line.words[0];
        if (word == "type") return alias(line);
        if (word == "error") return error_code(line);
        if (word == "api") return definition(line, DefinitionKind::Api);
        if (word == "record") return definition(line, DefinitionKind::Record);
        if (word == "data") return definition(line, DefinitionKind::Data);
        if (word == "request") return section(line, Role::Request);
        if (word == "response") return section(line, Role::Response);
        if (word == "key") return section(line, Role::Key);
        if (word == "value") return section(line, Role::Value);
        if (word == "errors") return errors_section(line);
        throw SchemaError(line.place, "\"" + word + "\" begins no definition and no section");
    }

    void alias(const Line& line) {
        if (line.words.size() != 4 || line.words[2] != "=") {
            throw SchemaError(line.place, "expected: type Name = primitive");
        }
        schema_.aliases.push_back({line.place, line.words[1], line.words[3], line.comment});
    }

    void error_code(const Line& line) {
        const bool retriable = line.words.size() == 4 && line.words[3] == "retriable";
        if (line.words.size() != 3 && !retriable) {
            throw SchemaError(line.place, "expected: error CODE NAME [retriable]");
        }
        const int code = parse_number(line.words[1], line.place);
        schema_.errors.push_back({line.place, code, line.words[2], retriable});
    }

    void definition(const Line& line, DefinitionKind kind) {
        auto made = std::make_unique<Definition>();
        made->place = line.place;
        made->kind = kind;
        Words words(line);
        if (kind != DefinitionKind::Data) made->key = words.number("a key");
        made->name = words.next("a name");
        header_ = {};
        while (!words.done()) {
            const std::string word = words.next("a word");
            if (word == "versions") {
                header_.versions = words.range();
            } else if (word == "flexible") {
                header_.flexible = words.flexible();
            } else if (word == "listener") {
                made->listeners = split_list(words.next("listeners"));
            } else if (word == "latest-unstable") {
                made->latest_version_unstable = true;
            } else {
                throw SchemaError(line.place, "\"" + word + "\" is not known in this line");
            }
        }
        file_.definitions.push_back(std::move(made));
        Definition& current = *file_.definitions.back();
        if (kind == DefinitionKind::Api) return;
        if (at_ < lines_.size() && lines_[at_].words[0] == "key") return;
        message(line, current, Role::Plain, current.name, header_);
    }

    void section(const Line& line, Role role) {
        Definition& current = definition_above(line);
        const bool api = role == Role::Request || role == Role::Response;
        if (api != (current.kind == DefinitionKind::Api)) {
            throw SchemaError(line.place, "this section does not belong under " + current.name);
        }
        for (const auto& message : current.messages) {
            if (message->role == role || message->role == Role::Plain) {
                throw SchemaError(line.place, current.name + " has these fields already");
            }
        }
        Header header = header_;
        Words words(line);
        while (!words.done()) {
            const std::string word = words.next("a word");
            if (word == "versions") {
                header.versions = words.range();
            } else if (word == "flexible") {
                header.flexible = words.flexible();
            } else {
                throw SchemaError(line.place, "\"" + word + "\" is not known in this line");
            }
        }
        std::string name = current.name;
        if (role == Role::Request) name += "Request";
        if (role == Role::Response) name += "Response";
        if (role == Role::Key) name += "Key";
        if (role == Role::Value) name += "Value";
        message(line, current, role, name, header);
    }

    void errors_section(const Line& line) {
        Definition& current = definition_above(line);
        while (at_ < lines_.size() && lines_[at_].indent > 0) {
            const Line& use = lines_[at_++];
            std::string reason;
            for (std::size_t i = 1; i < use.words.size(); ++i) {
                reason += (i > 1 ? " " : "") + use.words[i];
            }
            if (reason.empty()) throw SchemaError(use.place, "say when this error is returned");
            current.errors.push_back({use.place, use.words[0], reason});
        }
    }

    struct Header {
        std::optional<VersionRange> versions;
        std::optional<FlexibleWord> flexible;
    };

    void message(const Line& line, Definition& current, Role role, const std::string& name,
                 const Header& header) {
        if (!header.versions) throw SchemaError(line.place, name + " has no \"versions\"");
        if (!header.flexible) throw SchemaError(line.place, name + " has no \"flexible\"");
        if (header.versions->last == VersionRange::kOpen) {
            throw SchemaError(line.place, "\"versions\" needs an end");
        }
        auto made = std::make_unique<Message>();
        made->place = line.place;
        made->role = role;
        made->name = name;
        made->versions = *header.versions;
        made->flexible_from = header.flexible->from;
        made->body.place = line.place;
        made->body.name = name;
        made->body.versions = made->versions;
        at_ = parse_fields(lines_, at_, 0, made->body);
        current.messages.push_back(std::move(made));
    }

    Definition& definition_above(const Line& line) {
        if (file_.definitions.empty()) {
            throw SchemaError(line.place, "a section, but no definition stands above it");
        }
        return *file_.definitions.back();
    }

    void check_complete(const Definition& definition) {
        const std::size_t expected = definition.kind == DefinitionKind::Api ? 2 : 1;
        if (definition.messages.size() >= expected) return;
        throw SchemaError(definition.place, definition.name + " needs a request and a response");
    }

    const std::vector<Line>& lines_;
    Schema& schema_;
    File file_;
    Header header_;
    std::size_t at_ = 0;
};

}  // namespace

void parse(const std::string& path, const std::vector<Line>& lines, Schema& schema) {
    FileParser(path, lines, schema).parse();
}

}  // namespace schema
