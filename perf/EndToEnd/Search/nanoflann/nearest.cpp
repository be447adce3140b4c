// The peer of the nearest-neighbour search: nanoflann's k-d tree (Debian: libnanoflann-dev) behind three C functions.
// Compiled when the run begins, for one dimension, as its manual advises: -O3 -march=native -DDIMENSION=d.
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <nanoflann.hpp>

namespace {

struct Rows {
    const float *data;
    std::size_t count;
    std::size_t kdtree_get_point_count() const { return count; }
    float kdtree_get_pt(std::size_t row, std::size_t j) const { return data[row * DIMENSION + j]; }
    template <class Box> bool kdtree_get_bbox(Box &) const { return false; }
};

using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<float, Rows>, Rows, DIMENSION, std::uint32_t>;

struct Index {
    Rows rows;
    Tree tree;
    Index(const float *data, std::size_t count, std::size_t leaf)
        : rows{data, count}, tree(DIMENSION, rows, nanoflann::KDTreeSingleIndexAdaptorParams(leaf)) {
        tree.buildIndex();
    }
};

}  // namespace

extern "C" {

// The rows are kept by reference. leaf: rows in a leaf of the tree.
void *peer_build(const float *rows, std::int64_t count, std::int64_t leaf) { return new Index(rows, count, leaf); }

// One query; returns the seconds that it took.
double peer_nearest(const void *index, const float *query, std::int32_t k, std::uint32_t *ids, float *squares) {
    auto start = std::chrono::steady_clock::now();
    static_cast<const Index *>(index)->tree.knnSearch(query, k, ids, squares);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void peer_free(void *index) { delete static_cast<Index *>(index); }

std::int32_t peer_version() { return NANOFLANN_VERSION; }

}
