// Topics are deleted, by name or by id.
#include <map>
#include <set>

#include "cluster/decisions.h"

namespace kafka::cluster {
namespace {

using Request = DeleteTopicsRequest;
using Response = DeleteTopicsResponse;

Response::Topic answer_to(const Request::Topic& asked, ErrorCode code, std::string message) {
    Response::Topic answer;
    answer.name = asked.name;
    answer.topic_id = asked.topic_id;
    answer.error_code = code;
    if (!message.empty()) answer.error_message = std::move(message);
    return answer;
}

// What is asked for, counted: what appears more than once is refused as a whole.
struct Counted {
    std::map<std::string, int> names;
    std::map<Uuid, int> ids;
};

Counted count(const Request& request) {
    Counted counted;
    for (const auto& topic : request.topics) {
        const bool named = topic.name.has_value();
        const bool identified = !topic.topic_id.is_zero();
        if (named == identified) continue;
        if (named) {
            ++counted.names[*topic.name];
        } else {
            ++counted.ids[topic.topic_id];
        }
    }
    return counted;
}

// Nothing when the topic may be deleted; `topic` is what was found, by name or by id.
std::optional<Response::Topic> refusal(const Request::Topic& asked, const Topic* topic,
                                       const Counted& counted) {
    const bool named = asked.name.has_value();
    const bool identified = !asked.topic_id.is_zero();
    if (named && identified) {
        return answer_to(asked, ErrorCode::INVALID_REQUEST,
                         "You may not specify both topic name and topic id.");
    }
    if (!named && !identified) {
        return answer_to(asked, ErrorCode::INVALID_REQUEST,
                         "Neither topic name nor id were specified.");
    }
    if (named && counted.names.at(*asked.name) > 1) {
        return answer_to(asked, ErrorCode::INVALID_REQUEST, "Duplicate topic name.");
    }
    if (identified && counted.ids.at(asked.topic_id) > 1) {
        return answer_to(asked, ErrorCode::INVALID_REQUEST, "Duplicate topic id.");
    }
    if (!topic && named) {
        return answer_to(asked, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                         "This server does not host this topic-partition.");
    }
    if (!topic) {
        return answer_to(asked, ErrorCode::UNKNOWN_TOPIC_ID,
                         "This server does not host this topic ID.");
    }
    if (named && counted.ids.contains(topic->id)) {
        Response::Topic answer =
            answer_to(asked, ErrorCode::INVALID_REQUEST,
                      "The provided topic name maps to an ID that was already supplied.");
        answer.topic_id = topic->id;
        return answer;
    }
    // The same topic by id: its name has been answered for both.
    return std::nullopt;
}

}  // namespace

Decision<Response> delete_topics(const Image& image, const Request& request) {
    const Counted counted = count(request);
    Decision<Response> decision;
    std::set<std::string> refused_names;
    std::set<Uuid> refused_ids;
    for (const auto& asked : request.topics) {
        const Topic* topic =
            asked.name ? image.topics.find(*asked.name) : image.topics.find(asked.topic_id);
        // A repeated name or id, or an id whose topic is named too, gets one answer.
        if (auto refused = refusal(asked, topic, counted)) {
            const bool first = asked.name ? refused_names.insert(*asked.name).second
                                          : refused_ids.insert(asked.topic_id).second;
            if (first || (asked.name && !asked.topic_id.is_zero())) {
                decision.response.responses.push_back(std::move(*refused));
            }
            continue;
        }
        if (!asked.name && counted.names.contains(topic->name)) continue;
        Response::Topic answer = answer_to(asked, ErrorCode::NONE, "");
        answer.name = topic->name;
        answer.topic_id = topic->id;
        decision.response.responses.push_back(std::move(answer));
        RemoveTopicRecord record;
        record.topic_id = topic->id;
        decision.records.emplace_back(record);
    }
    return decision;
}

}  // namespace kafka::cluster
