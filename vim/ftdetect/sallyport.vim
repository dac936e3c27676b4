" Policies have names of all kinds, and others have theirs: what is in the
" file decides.
function! s:Detect()
  for line in getline(1, 200)
    if line =~? '^\s*\(TTLS\a\+\|PolicyDefaults\|IpAddrGroup\|PortGroup\)\>'
      setfiletype sallyport
      return
    endif
  endfor
endfunction
autocmd BufRead,BufNewFile *.policy,*.ttls,*.conf,*/sallyport/* call s:Detect()
