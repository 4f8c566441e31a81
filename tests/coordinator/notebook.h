// The smallest state machine that a coordinator can run: notes by name. For tests of the runtime.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/runtime.h"

namespace kafka::coordinator {

struct Note {
    std::string name;
    std::optional<std::string> text;
};

class Notebook {
  public:
    using Record = Note;
    using Reply = std::string;
    struct Context {
        Now now;
    };
    struct Effects {
        std::vector<Note> records;
        std::optional<Producer> producer{};
        std::vector<Reply> replies{};
    };

    static LogRecord encode(const Note& note) {
        LogRecord record{bytes(note.name), std::nullopt};
        if (note.text) record.value = bytes(*note.text);
        return record;
    }
    static Result<std::optional<Note>> decode(BytesView key, std::optional<BytesView> value) {
        Note note{text(key), std::nullopt};
        if (note.name == "unreadable") return Error{ErrorCode::CORRUPT_MESSAGE, ""};
        if (note.name == "foreign") return std::optional<Note>();
        if (value) note.text = text(*value);
        return std::optional<Note>(note);
    }

    void replay(const Note& note, Offset at, const std::optional<Producer>& producer) {
        last = at;
        auto& into = producer ? pending[producer->id.value] : notes;
        if (note.text) {
            into[note.name] = *note.text;
        } else {
            into.erase(note.name);
        }
    }
    void end_transaction(ProducerId producer, bool committed) {
        auto written = pending.extract(producer.value);
        if (!written.empty() && committed) notes.merge(written.mapped());
    }
    Effects loaded(const Context&) {
        is_loaded = true;
        return {};
    }
    SteadyMs next_deadline() const { return deadline; }
    Effects on_time(const Context&) {
        deadline = kNever;
        return {{{"rang", "yes"}}, std::nullopt, {"rang"}};
    }

    std::map<std::string, std::string> notes;
    std::map<std::int64_t, std::map<std::string, std::string>> pending;
    Offset last{-1};
    SteadyMs deadline = kNever;
    bool is_loaded = false;

  private:
    static Bytes bytes(const std::string& from) { return {from.begin(), from.end()}; }
    static std::string text(BytesView from) { return {from.begin(), from.end()}; }
};

}  // namespace kafka::coordinator
