// How a parked request learns that a partition has moved, without polling: an intrusive list, so
// that watching allocates nothing and costs four pointers. Observers live on the partition's shard.
#pragma once

namespace kafka::storage {

class Partition;

enum class PartitionChange {
    HighWatermark,  // it moved: more can be read, more is acknowledged
    LogStart,       // records were deleted
    Leadership,     // this replica began or ceased to lead
    Offline,        // the disk failed
    Deleted,        // the partition is about to be destroyed
};

class PartitionObserver {
  public:
    PartitionObserver() = default;
    PartitionObserver(const PartitionObserver&) = delete;
    PartitionObserver& operator=(const PartitionObserver&) = delete;

    // May unwatch, destroy or add any observer, this one too; must not destroy the partition.
    virtual void partition_changed(Partition& partition, PartitionChange change) = 0;

    void unwatch();
    bool is_watching() const { return next_ != nullptr; }

  protected:
    virtual ~PartitionObserver() { unwatch(); }

  private:
    friend class PartitionObservers;

    PartitionObserver* previous_ = nullptr;
    PartitionObserver* next_ = nullptr;
};

class PartitionObservers {
  public:
    PartitionObservers();
    PartitionObservers(const PartitionObservers&) = delete;
    PartitionObservers& operator=(const PartitionObservers&) = delete;
    ~PartitionObservers();

    // An observer watches one partition at a time: it leaves the one it watched before.
    void add(PartitionObserver& observer);
    bool empty() const { return head_.next_ == &head_; }
    // Each observer that was there at the call hears of the change once.
    void notify(Partition& partition, PartitionChange change);

  private:
    // The ring's fixed point, so that neither end is a special case.
    class Head : public PartitionObserver {
      public:
        Head();
        ~Head() override;
        void partition_changed(Partition&, PartitionChange) override {}
    };

    Head head_;
};

}  // namespace kafka::storage
