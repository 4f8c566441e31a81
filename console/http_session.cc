#include "console/http_session.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>

namespace kafka::console {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kPatience{30};
constexpr std::uint32_t kMaxHeaderBytes = 16 << 10;

class HttpSession : public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(boost::asio::ip::tcp::socket socket, Pages& pages)
        : stream_(std::move(socket)), pages_(pages) {}

    void read() {
        parser_.emplace();
        parser_->header_limit(kMaxHeaderBytes);
        parser_->body_limit(0);
        stream_.expires_after(kPatience);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (!error) self->handle();
                         });
    }

  private:
    void handle() {
        const auto& request = parser_->get();
        const bool is_head = request.method() == http::verb::head;
        if (!is_head && request.method() != http::verb::get) {
            return write({405, "text/plain", "There is nothing to change here: GET or HEAD.\n"});
        }
        const std::string target(request.target());
        pages_.get(target.substr(0, target.find('?')),
                   [self = shared_from_this()](Page page) { self->write(std::move(page)); });
    }

    void write(Page page) {
        const auto& request = parser_->get();
        response_.emplace(http::int_to_status(page.status), request.version());
        response_->set(http::field::content_type, page.content_type);
        response_->set(http::field::cache_control, "no-store");
        response_->keep_alive(request.keep_alive());
        response_->body() = std::move(page.body);
        response_->prepare_payload();
        if (request.method() == http::verb::head) response_->body().clear();
        stream_.expires_after(kPatience);
        http::async_write(stream_, *response_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              const bool again = !error && self->response_->keep_alive();
                              if (again) return self->read();
                              beast::error_code ignored;
                              self->stream_.socket().shutdown(
                                  boost::asio::ip::tcp::socket::shutdown_send, ignored);
                          });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::empty_body>> parser_;
    std::optional<http::response<http::string_body>> response_;
    Pages& pages_;
};

}  // namespace

void serve_http(boost::asio::ip::tcp::socket socket, Pages& pages) {
    std::make_shared<HttpSession>(std::move(socket), pages)->read();
}

}  // namespace kafka::console
