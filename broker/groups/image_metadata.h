// What groups may know of the cluster, out of the shard's image. Lives on the shard.
#pragma once

#include "cluster/image.h"
#include "groups/metadata.h"

namespace kafka::broker {

class ImageMetadata final : public groups::Metadata {
  public:
    // Both outlive it. `defaults`: of groups for which nothing is set.
    ImageMetadata(const cluster::Image& image, const groups::ConsumerSettings& defaults)
        : image_(image), defaults_(defaults) {}

    // Topics have come, gone or grown; `image_end`: the offset after the last record of the image.
    void topics_changed(std::int64_t image_end) { topics_version_ = image_end + 1; }

    bool find_topic(std::string_view name, groups::TopicInfo& found) const override;
    bool find_topic(const Uuid& id, groups::TopicInfo& found) const override;
    void for_each_topic(const std::function<void(const groups::TopicInfo&)>& visit) const override;
    std::int64_t topics_version() const override { return topics_version_; }
    groups::ConsumerSettings settings_of(std::string_view group_id) const override;

  private:
    const cluster::Image& image_;
    const groups::ConsumerSettings defaults_;
    std::int64_t topics_version_ = 1;
};

}  // namespace kafka::broker
