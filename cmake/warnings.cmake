# Every target of ours links `barnabas_options`: includes from the root, warnings as errors, sanitizers.
add_library(barnabas_options INTERFACE)
target_include_directories(barnabas_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_options(barnabas_options INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(BARNABAS_SANITIZE)
    target_compile_options(barnabas_options INTERFACE
        -fsanitize=${BARNABAS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(barnabas_options INTERFACE -fsanitize=${BARNABAS_SANITIZE})
endif()
