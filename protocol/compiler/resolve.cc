#include "protocol/compiler/resolve.h"

#include <algorithm>
#include <set>

#include "protocol/compiler/names.h"
#include "protocol/compiler/source.h"

namespace schema {
namespace {

void require(bool condition, const Place& place, const std::string& message) {
    if (!condition) throw SchemaError(place, message);
}

// Resolves the fields of one message.
class MessageResolver {
  public:
    MessageResolver(const Schema& schema, Message& message) : schema_(schema), message_(message) {}

    void run() { structure(message_.body); }

  private:
    void structure(Struct& body) {
        scopes_.push_back(&body);
        std::set<std::string> names;
        for (const auto& nested : body.nested) struct_name(*nested, body, names);
        names.clear();
        std::set<int> tags;
        for (Field& field : body.fields) {
            require(names.insert(field.name).second, field.place,
                    "field " + field.name + " is declared twice");
            require(!is_cpp_keyword(field.name), field.place, field.name + " is a word of C++");
            type(field);
            nullability(field);
            if (field.tag) tagging(field, tags);
            if (field.default_text) check_default(field);
        }
        for (int expected = 0; const int tag : tags) {
            require(tag == expected++, body.place, "the tags of " + body.name + " have a gap");
        }
        for (const auto& nested : body.nested) structure(*nested);
        for (const auto& nested : body.nested) {
            require(used_.contains(nested.get()), nested->place,
                    "struct " + nested->name + " is not used");
        }
        scopes_.pop_back();
    }

    void struct_name(const Struct& nested, const Struct& body, std::set<std::string>& names) {
        const std::string& name = nested.name;
        require(names.insert(name).second, nested.place, "struct " + name + " is declared twice");
        require(name != body.name, nested.place, "struct " + name + " is inside one of its name");
        require(name[0] >= 'A' && name[0] <= 'Z', nested.place,
                "fields are indented under \"" + name + "\", which is no struct name");
        require(!find_alias(name) && name != "ErrorCode", nested.place,
                "struct " + name + " has the name of a type");
        require(!nested.fields.empty(), nested.place, "struct " + name + " has no fields");
    }

    void type(Field& field) {
        Type& type = field.type;
        if (const auto primitive = primitive_kind(type.name)) {
            type.kind = *primitive;
        } else if (type.name == "ErrorCode") {
            type.kind = Kind::Int16;
        } else if (const Alias* alias = find_alias(type.name)) {
            type.kind = *primitive_kind(alias->primitive);
            type.alias = true;
        } else {
            type.body = find_struct(type.name);
            require(type.body && type.body->place.line <= field.place.line, field.place,
                    "type " + type.name + " is not declared, or only below its use");
            require(type.body->versions.covers(field.versions), field.place,
                    "struct " + type.name + " is not declared for all versions of " + field.name);
            used_.insert(type.body);
        }
        const bool unsupported = type.kind == Kind::Bool || type.kind == Kind::Records;
        require(!type.array || !unsupported, field.place, "no arrays of " + type.name);
    }

    void nullability(Field& field) {
        if (!field.nullable) return;
        const Kind kind = field.type.kind;
        require(field.type.array || kind == Kind::String || kind == Kind::Bytes ||
                    kind == Kind::Records || kind == Kind::Struct,
                field.place, "a " + field.type.name + " cannot be null");
        field.nullable->first = std::max(field.nullable->first, field.versions.first);
        field.nullable->last = std::min(field.nullable->last, field.versions.last);
        require(field.nullable->first <= field.nullable->last, field.place,
                field.name + " is nullable in none of its versions");
        require(field.type.array || kind != Kind::Struct || *field.nullable == field.versions,
                field.place, "a struct is nullable in all versions or in none");
    }

    void tagging(const Field& field, std::set<int>& tags) {
        require(tags.insert(*field.tag).second, field.place,
                "tag " + std::to_string(*field.tag) + " is used twice");
        require(message_.flexible_from && field.versions.first >= *message_.flexible_from,
                field.place, "a tagged field in a version that is not flexible");
        require(field.type.kind != Kind::Records, field.place, "records cannot be tagged");
    }

    void check_default(const Field& field) {
        const std::string& text = *field.default_text;
        if (text == "null") {
            require(field.nullable.has_value(), field.place, field.name + " cannot be null");
        } else if (field.type.array) {
            require(text == "[]", field.place, "the default of an array is [] or null");
        } else if (field.type.kind == Kind::Struct) {
            require(text == "{}", field.place, "the default of a struct is {} or null");
        } else if (field.type.kind == Kind::Bool) {
            require(text == "true" || text == "false", field.place, "expected true or false");
        } else if (is_integer(field.type.kind)) {
            require(in_range(field.type.kind, text), field.place,
                    text + " is no " + field.type.name);
        } else {
            require(field.type.kind == Kind::String, field.place,
                    "a " + field.type.name + " has no default but its zero");
        }
    }

    const Alias* find_alias(const std::string& name) const {
        const auto found = std::ranges::find(schema_.aliases, name, &Alias::name);
        return found == schema_.aliases.end() ? nullptr : &*found;
    }

    const Struct* find_struct(const std::string& name) const {
        for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
            for (const auto& nested : (*scope)->nested) {
                if (nested->name == name) return nested.get();
            }
        }
        return nullptr;
    }

    const Schema& schema_;
    Message& message_;
    std::vector<const Struct*> scopes_;
    std::set<const Struct*> used_;
};

void check_aliases(const Schema& schema) {
    std::set<std::string> names;
    for (const Alias& alias : schema.aliases) {
        require(names.insert(alias.name).second, alias.place,
                "type " + alias.name + " is declared twice");
        const auto kind = primitive_kind(alias.primitive);
        require(kind && is_integer(*kind), alias.place,
                alias.primitive + " is not an integer type");
    }
}

std::set<std::string> check_error_codes(const Schema& schema) {
    std::set<std::string> names;
    std::set<int> codes;
    for (const ErrorCode& error : schema.errors) {
        require(codes.insert(error.code).second, error.place,
                "error code " + std::to_string(error.code) + " is declared twice");
        require(names.insert(error.name).second, error.place,
                "error " + error.name + " is declared twice");
    }
    return names;
}

}  // namespace

void resolve(Schema& schema) {
    check_aliases(schema);
    const std::set<std::string> error_names = check_error_codes(schema);
    std::set<std::string> names;
    std::set<int> api_keys;
    std::set<std::string> stems;
    for (const File& file : schema.files) {
        require(stems.insert(file.stem).second, Place{file.path, 1},
                "another file is called " + file.stem);
        for (const auto& definition : file.definitions) {
            const Place& place = definition->place;
            require(
                definition->kind != DefinitionKind::Api || api_keys.insert(*definition->key).second,
                place, "another API has this key");
            for (const ErrorUse& use : definition->errors) {
                require(error_names.contains(use.code), use.place,
                        use.code + " is not an error code");
            }
            for (const auto& message : definition->messages) {
                require(names.insert(message->name).second, message->place,
                        message->name + " is defined twice");
                MessageResolver(schema, *message).run();
            }
        }
    }
}

}  // namespace schema
