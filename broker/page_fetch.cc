#include "broker/page_fetch.h"

#include "base/check.h"
#include "broker/shards.h"

namespace kafka::broker {

PageFetch::PageFetch(Shard& shard, std::function<void()> arrived)
    : shard_(shard), arrived_(std::move(arrived)) {
    run = [](BlockingJob& job) {
        auto& self = static_cast<PageFetch&>(job);
        for (const storage::MissingPages& pages : self.pages_) pages.fetch();
        self.pages_.clear();
        self.shard_.post(self);
    };
    open = [](Letter& letter, Shard&) {
        auto& self = static_cast<PageFetch&>(letter);
        self.under_way_ = false;
        self.arrived_();
    };
}

PageFetch::~PageFetch() { CHECK(!under_way_, "pages are waited for before their owner goes"); }

void PageFetch::begin(std::vector<storage::MissingPages> pages) {
    CHECK(!under_way_, "one fetch of an owner at a time");
    under_way_ = true;
    pages_ = std::move(pages);
    shard_.all().reading_pool().submit(*this);
}

}  // namespace kafka::broker
