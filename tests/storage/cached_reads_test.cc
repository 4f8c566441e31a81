#include "storage/cached_reads.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "storage/page_cache.h"
#include "storage/posix_file_system.h"

namespace kafka::storage {
namespace {

class CachedReadsTest : public testing::Test {
  protected:
    CachedReadsTest() {
        std::string path = testing::TempDir() + "cached_reads_XXXXXX";
        const int fd = ::mkstemp(path.data());
        CHECK(fd >= 0, "a temporary file");
        ::close(fd);
        path_ = path;
        file_ = files_.open(path_, OpenMode::ReadWrite).take();
        for (std::size_t i = 0; i < bytes_.size(); ++i) {
            bytes_[i] = static_cast<std::uint8_t>(i * 7 + i / 4096);
        }
        CHECK(file_->write_at(0, bytes_).ok(), "writing");
        CHECK(file_->sync().ok(), "syncing");
        ::posix_fadvise(file_->fd(), 0, 0, POSIX_FADV_DONTNEED);
    }
    ~CachedReadsTest() override { std::filesystem::remove(path_); }

    // Is that page in the page cache? To ask does not bring it there, unlike a read.
    bool is_resident(std::uint64_t page) {
        const auto position = static_cast<off_t>(page * kPageBytes);
        void* const at = ::mmap(nullptr, kPageBytes, PROT_READ, MAP_SHARED, file_->fd(), position);
        CHECK(at != MAP_FAILED, "the file can be mapped");
        unsigned char resident = 0;
        CHECK(::mincore(at, kPageBytes, &resident) == 0, "the kernel knows");
        ::munmap(at, kPageBytes);
        return resident & 1;
    }
    // Says no where the machine has not dropped the pages that it was asked to.
    bool kernel_reads_ahead(const File& file) {
        if (is_resident(0) || is_resident(1)) return false;
        CHECK(file.read_at(0, byte_).ok(), "reading");
        return is_resident(1);
    }

    PosixFileSystem files_;
    std::string path_;
    std::shared_ptr<File> file_;
    Bytes bytes_ = Bytes(1 << 20);
    Bytes byte_ = Bytes(1);
};

// Whether the machine drops pages when it is asked to is its own affair: the bytes come all the
// same, from wherever they are.
TEST_F(CachedReadsTest, WhatIsMissingIsFetchedAndThenRead) {
    for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{500'001}}) {
        Bytes read(300'000);
        int turns = 0;
        for (bool missed = true; missed; ++turns) {
            ASSERT_LT(turns, 10);
            CachedReads reads;
            const auto got = file_->read_at(position, read);
            missed = reads.missed();
            EXPECT_EQ(got.ok(), !missed);
            for (const MissingPages& pages : reads.take_missing()) pages.fetch();
        }
        EXPECT_TRUE(std::equal(read.begin(), read.end(),
                               bytes_.begin() + static_cast<std::ptrdiff_t>(position)));
        EXPECT_TRUE(is_cached(file_->fd(), position, read.size()));
    }
}

TEST_F(CachedReadsTest, FetchedPagesAreCached) {
    fetch_pages(file_->fd(), 12'345, 700'000);
    EXPECT_TRUE(is_cached(file_->fd(), 12'345, 700'000));
    EXPECT_TRUE(is_cached(file_->fd(), 12'345, 0));
}

TEST_F(CachedReadsTest, TheKernelDoesNotReadAheadInAFileThatIsSent) {
    const auto sent = files_.open(path_, OpenMode::Read).take();
    ASSERT_GE(sent->fd(), 0);

    EXPECT_FALSE(kernel_reads_ahead(*sent));
}

TEST_F(CachedReadsTest, NorWhereSomebodyLooksWhoMustNotWait) {
    const auto looked_into = files_.open(path_, OpenMode::Read).take();
    {
        const CachedReads reads;
        ASSERT_TRUE(looked_into->read_at(bytes_.size(), byte_).ok());
    }

    EXPECT_FALSE(kernel_reads_ahead(*looked_into));
}

TEST_F(CachedReadsTest, TheEndOfTheFileIsNotAMiss) {
    fetch_pages(file_->fd(), 0, bytes_.size() + 100'000);
    CachedReads reads;
    Bytes read(1000);
    const auto got = file_->read_at(bytes_.size() - 10, read);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(*got, 10u);
    EXPECT_FALSE(reads.missed());
}

TEST_F(CachedReadsTest, NamesAreLookedUpElsewhereWhereThatTakesTheDisk) {
    for (const std::string& path : {path_, path_ + ".absent"}) {
        std::optional<Result<std::shared_ptr<File>>> opened;
        int turns = 0;
        for (bool missed = true; missed; ++turns) {
            ASSERT_LT(turns, 10);
            CachedReads reads;
            opened = files_.open_if_there(path);
            missed = reads.missed();
            EXPECT_EQ(opened->ok(), !missed);
            for (const MissingPages& name : reads.take_missing()) name.fetch();
        }
        EXPECT_EQ(**opened != nullptr, path == path_);
    }
}

// As on some file systems of a network: here the kernel's own, which asks itself every time.
TEST_F(CachedReadsTest, WhereNoNameIsEverCachedFilesAreOpenedAllTheSame) {
    bool opened = false;
    for (int turns = 0; turns < 2; ++turns) {
        CachedReads reads;
        opened = files_.open("/proc/version", OpenMode::Read).ok();
        for (const MissingPages& name : reads.take_missing()) name.fetch();
    }
    EXPECT_TRUE(opened);
}

TEST_F(CachedReadsTest, ANameThatIsMissingIsNoFile) {
    const auto opened = files_.open(path_ + ".absent", OpenMode::Read);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::KAFKA_STORAGE_ERROR);
    const auto absent = files_.open_if_there(path_ + ".absent");
    ASSERT_TRUE(absent.ok());
    EXPECT_EQ(*absent, nullptr);
}

TEST_F(CachedReadsTest, NoMoreIsFetchedThanTheFileHas) {
    CachedReads reads(16 << 10);
    (void)reads.miss(*file_, bytes_.size() - 5000, 10);
    (void)reads.miss(*file_, 20'000, 100'000);
    const auto missing = reads.take_missing();
    EXPECT_EQ(missing.at(0).position + missing.at(0).size, bytes_.size());
    EXPECT_EQ(missing.at(1).position, 16u << 10);
    EXPECT_EQ(missing.at(1).position + missing.at(1).size, 120'000u);
}

TEST_F(CachedReadsTest, WithoutItReadsWait) {
    Bytes read(bytes_.size());
    const auto got = file_->read_at(0, read);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(read, bytes_);
    EXPECT_EQ(CachedReads::current(), nullptr);
}

}  // namespace
}  // namespace kafka::storage
