<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>the network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>the serial ports</source>
        <translation>串口</translation>
    </message>
    <message>
        <source>the USB bus</source>
        <translation>USB 总线</translation>
    </message>
    <message>
        <source>the print service</source>
        <translation>打印服务</translation>
    </message>
    <message>
        <source>confirms each paper by its number</source>
        <translation>按作业号逐张确认</translation>
    </message>
    <message>
        <source>confirms by its status</source>
        <translation>以状态确认</translation>
    </message>
    <message>
        <source>never answers: each paper is asked for</source>
        <translation>不应答：每张都要人工确认</translation>
    </message>
    <message>
        <source>Looking at {place}: {count} found</source>
        <translation>正在查找{place}：已找到 {count} 台</translation>
    </message>
    <message>
        <source>{count} found</source>
        <translation>找到 {count} 台</translation>
    </message>
    <message>
        <source>only for the group {group}</source>
        <translation>仅用户组 {group} 可用</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>未询问</translation>
    </message>
    <message>
        <source>{dots} dots</source>
        <translation>{dots} 点</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>可切纸</translation>
    </message>
    <message>
        <source>no cutter</source>
        <translation>无切刀</translation>
    </message>
    <message>
        <source>your own</source>
        <translation>自备</translation>
    </message>
    <message>
        <source>Python</source>
        <translation>Python</translation>
    </message>
    <message>
        <source>Window system</source>
        <translation>窗口系统</translation>
    </message>
    <message>
        <source>Fonts</source>
        <translation>字体</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>时钟</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>时区</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Data of the window</source>
        <translation>窗口数据</translation>
    </message>
    <message>
        <source>Money</source>
        <translation>货币</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>证书</translation>
    </message>
    <message>
        <source>Trust bundle</source>
        <translation>信任包</translation>
    </message>
    <message>
        <source>Witness</source>
        <translation>见证文件</translation>
    </message>
    <message>
        <source>Blanks</source>
        <translation>票卷</translation>
    </message>
    <message>
        <source>Printer's profile</source>
        <translation>打印机型号</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>USB</source>
        <translation>USB</translation>
    </message>
    <message>
        <source>Print service</source>
        <translation>打印服务</translation>
    </message>
    <message>
        <source>Layout of paper</source>
        <translation>票面版式</translation>
    </message>
    <message>
        <source>Ticket's code</source>
        <translation>车票二维码</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>look here</source>
        <translation>请查看</translation>
    </message>
    <message>
        <source>trouble</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Python {version}</source>
        <translation>Python {version}</translation>
    </message>
    <message>
        <source>Python {version}: the program is tried with 3.11 to 3.13</source>
        <translation>Python {version}：本程序在 3.11 至 3.13 上测试过</translation>
    </message>
    <message>
        <source>Install one of these and run the set-up again.</source>
        <translation>请安装其中之一并重新运行安装脚本。</translation>
    </message>
    <message>
        <source>Qt loads</source>
        <translation>Qt 可用</translation>
    </message>
    <message>
        <source>Qt does not load: {detail}</source>
        <translation>Qt 无法加载：{detail}</translation>
    </message>
    <message>
        <source>Install the system's libraries that it names: tools/setup.sh does.</source>
        <translation>请安装其中提到的系统库：运行 tools/setup.sh 即可。</translation>
    </message>
    <message>
        <source>all there</source>
        <translation>齐全</translation>
    </message>
    <message>
        <source>missing: {names}</source>
        <translation>缺少：{names}</translation>
    </message>
    <message>
        <source>Install the program again: tickets would lack characters.</source>
        <translation>请重新安装本程序：否则票面会缺字。</translation>
    </message>
    <message>
        <source>{mib} MiB free at {path}</source>
        <translation>{path} 剩余 {mib} MiB</translation>
    </message>
    <message>
        <source>only {mib} MiB free at {path}</source>
        <translation>{path} 仅剩 {mib} MiB</translation>
    </message>
    <message>
        <source>Free some space: a full disk stops the sale.</source>
        <translation>请腾出空间：磁盘满时无法售票。</translation>
    </message>
    <message>
        <source>{zone}; this machine is in {system}</source>
        <translation>{zone}；本机时区为 {system}</translation>
    </message>
    <message>
        <source>{zone} is not known to this system</source>
        <translation>本系统不认识时区 {zone}</translation>
    </message>
    <message>
        <source>Install the time zone data (package tzdata).</source>
        <translation>请安装时区数据（tzdata 软件包）。</translation>
    </message>
    <message>
        <source>{seconds} s from central's</source>
        <translation>与中心相差 {seconds} 秒</translation>
    </message>
    <message>
        <source>Let the system set its clock from the network (NTP).</source>
        <translation>请让系统通过网络校时（NTP）。</translation>
    </message>
    <message>
        <source>behind the journal's last entry by {seconds} s</source>
        <translation>比日志最后一条落后 {seconds} 秒</translation>
    </message>
    <message>
        <source>Set the clock right. If it is right now, a supervisor runs accept-clock.</source>
        <translation>请校准时钟。若现在的时间正确，由值班员运行 accept-clock。</translation>
    </message>
    <message>
        <source>runs on after the journal; there is no central to compare it with</source>
        <translation>晚于日志，正常；没有中心可供比对</translation>
    </message>
    <message>
        <source>{key}: {detail}</source>
        <translation>{key}：{detail}</translation>
    </message>
    <message>
        <source>Mend it in the settings file, or put the copy back that ends in .before.</source>
        <translation>请在设置文件中改正，或换回以 .before 结尾的副本。</translation>
    </message>
    <message>
        <source>{folder}: {detail}</source>
        <translation>{folder}：{detail}</translation>
    </message>
    <message>
        <source>See troubleshooting in the operator's guide.</source>
        <translation>请看运营手册的故障排除。</translation>
    </message>
    <message>
        <source>{station} {code}, window {counter}</source>
        <translation>{station} {code}，{counter} 号窗口</translation>
    </message>
    <message>
        <source>{currency}, policy {policy}, zone {zone}</source>
        <translation>{currency}，规则 {policy}，时区 {zone}</translation>
    </message>
    <message>
        <source>{trips} trips, {first} to {last}, from {feed}</source>
        <translation>{trips} 个车次，{first} 至 {last}，来自 {feed}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Import one (Alt+8), or wait until central has sent it.</source>
        <translation>请导入（Alt+8），或等中心下发。</translation>
    </message>
    <message>
        <source>ended on {last}</source>
        <translation>已于 {last} 到期</translation>
    </message>
    <message>
        <source>Import a new one (Alt+8).</source>
        <translation>请导入新的时刻表（Alt+8）。</translation>
    </message>
    <message>
        <source>{entries} entries</source>
        <translation>{entries} 条</translation>
    </message>
    <message>
        <source>entry {entry}: {reason}</source>
        <translation>第 {entry} 条：{reason}</translation>
    </message>
    <message>
        <source>Stop selling, keep a copy of the directory, and see troubleshooting in the operator's guide.</source>
        <translation>请停止售票，保留数据目录的副本，并看运营手册的故障排除。</translation>
    </message>
    <message>
        <source>the counter signs as {key}</source>
        <translation>本窗口签名密钥 {key}</translation>
    </message>
    <message>
        <source>the counter cannot sign: {detail}</source>
        <translation>本窗口无法签名：{detail}</translation>
    </message>
    <message>
        <source>Put the folder of the keys back, or unlock the system's key store.</source>
        <translation>请放回密钥目录，或解锁系统的密钥库。</translation>
    </message>
    <message>
        <source>good until {until}</source>
        <translation>有效期至 {until}</translation>
    </message>
    <message>
        <source>ends on {until}, in {days} days</source>
        <translation>将于 {until} 到期，还有 {days} 天</translation>
    </message>
    <message>
        <source>Begin a new epoch before then: it brings a new certificate.</source>
        <translation>请在此之前开始新纪元：届时会有新证书。</translation>
    </message>
    <message>
        <source>ended on {until}: gates refuse what is sold now</source>
        <translation>已于 {until} 到期：现在售出的票闸机不认</translation>
    </message>
    <message>
        <source>Begin a new epoch (start-epoch), and export the trust bundle again.</source>
        <translation>请开始新纪元（start-epoch），并重新导出信任包。</translation>
    </message>
    <message>
        <source>none for this epoch</source>
        <translation>本纪元没有证书</translation>
    </message>
    <message>
        <source>Bring the window on line, or begin a new epoch.</source>
        <translation>请让窗口联网，或开始新纪元。</translation>
    </message>
    <message>
        <source>{certificates} certificates, {good} of them good today</source>
        <translation>{certificates} 份证书，其中今天有效的 {good} 份</translation>
    </message>
    <message>
        <source>what central told is {days} days old</source>
        <translation>中心的信息已有 {days} 天未更新</translation>
    </message>
    <message>
        <source>Bring the window on line: keys that were called back since are not known here.</source>
        <translation>请让窗口联网：其间吊销的密钥此处不知道。</translation>
    </message>
    <message>
        <source>nothing is missing at the journal's end</source>
        <translation>日志末尾没有缺失</translation>
    </message>
    <message>
        <source>the store is behind it, or it is lost: start-epoch</source>
        <translation>数据库落后于它，或它已丢失：start-epoch</translation>
    </message>
    <message>
        <source>An administrator runs start-epoch; see the operator's guide.</source>
        <translation>由管理员运行 start-epoch；见运营手册。</translation>
    </message>
    <message>
        <source>0 not settled</source>
        <translation>没有未处理的</translation>
    </message>
    <message>
        <source>{waiting} waiting</source>
        <translation>{waiting} 张等待打印</translation>
    </message>
    <message>
        <source>They print by themselves once the printer is ready.</source>
        <translation>打印机就绪后自动打印。</translation>
    </message>
    <message>
        <source>{unknown} not settled: did they come out? ({waiting} waiting)</source>
        <translation>{unknown} 张未确认：打出来了吗？（另有 {waiting} 张等待）</translation>
    </message>
    <message>
        <source>Look at the paper, and answer under Devices (Alt+7).</source>
        <translation>请查看票纸，在设备界面（Alt+7）回答。</translation>
    </message>
    <message>
        <source>{left} left, next is {next}</source>
        <translation>剩 {left} 张，下一张 {next}</translation>
    </message>
    <message>
        <source>only {left} left, next is {next}</source>
        <translation>仅剩 {left} 张，下一张 {next}</translation>
    </message>
    <message>
        <source>Have the next roll ready.</source>
        <translation>请备好下一卷。</translation>
    </message>
    <message>
        <source>the roll is used up</source>
        <translation>票卷已用完</translation>
    </message>
    <message>
        <source>Load a new roll under Devices, Blanks.</source>
        <translation>请在设备、票卷中装入新卷。</translation>
    </message>
    <message>
        <source>no roll of numbered blanks is loaded</source>
        <translation>未装入带编号的票卷</translation>
    </message>
    <message>
        <source>{url}: ready, paper {paper}</source>
        <translation>{url}：就绪，纸{paper}</translation>
    </message>
    <message>
        <source>{url}: ready, but the paper is running low</source>
        <translation>{url}：就绪，但纸快用完</translation>
    </message>
    <message>
        <source>Have a new roll ready.</source>
        <translation>请备好新纸卷。</translation>
    </message>
    <message>
        <source>{url}: cannot tell how it is</source>
        <translation>{url}：无法报告状态</translation>
    </message>
    <message>
        <source>Its profile says that it never answers: look at each paper.</source>
        <translation>按型号设置它从不应答：请逐张查看。</translation>
    </message>
    <message>
        <source>{url}: {error}</source>
        <translation>{url}：{error}</translation>
    </message>
    <message>
        <source>{profile}, {width} dots</source>
        <translation>{profile}，{width} 点</translation>
    </message>
    <message>
        <source>{profile} is not known</source>
        <translation>不认识 {profile}</translation>
    </message>
    <message>
        <source>Choose one of those under Devices, Find printers; your own stand in the folder printers.</source>
        <translation>请在设备、查找打印机中选择；自备型号放在 printers 目录。</translation>
    </message>
    <message>
        <source>{file} holds</source>
        <translation>{file} 可用</translation>
    </message>
    <message>
        <source>{file}, line {line}: {reason}</source>
        <translation>{file} 第 {line} 行：{reason}</translation>
    </message>
    <message>
        <source>Mend this line; until then it cannot be used.</source>
        <translation>请改正此行；改正前不能使用。</translation>
    </message>
    <message>
        <source>{reason}</source>
        <translation>{reason}</translation>
    </message>
    <message>
        <source>Mend this line; until then the layout that came with the program is used.</source>
        <translation>请改正此行；改正前使用程序自带的版式。</translation>
    </message>
    <message>
        <source>those that came with the program</source>
        <translation>使用程序自带的版式</translation>
    </message>
    <message>
        <source>may be read and written</source>
        <translation>可读写</translation>
    </message>
    <message>
        <source>is not there</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>Plug the device in, or put its right name into the settings.</source>
        <translation>请接好设备，或在设置中写对名称。</translation>
    </message>
    <message>
        <source>may not be opened: it belongs to the group {group}</source>
        <translation>无权打开：属于用户组 {group}</translation>
    </message>
    <message>
        <source>Add the user to it and sign in anew: sudo usermod -aG {group} {user}</source>
        <translation>请把用户加入该组并重新登录：sudo usermod -aG {group} {user}</translation>
    </message>
    <message>
        <source>may not be opened: {detail}</source>
        <translation>无权打开：{detail}</translation>
    </message>
    <message>
        <source>Let the system's administrator allow it.</source>
        <translation>请系统管理员授权。</translation>
    </message>
    <message>
        <source>{count} printers seen: {names}</source>
        <translation>发现 {count} 台打印机：{names}</translation>
    </message>
    <message>
        <source>no printer seen</source>
        <translation>未发现打印机</translation>
    </message>
    <message>
        <source>Check the cable; other printers of the settings are not concerned.</source>
        <translation>请检查连线；设置中的其他打印机不受影响。</translation>
    </message>
    <message>
        <source>{detail}</source>
        <translation>{detail}</translation>
    </message>
    <message>
        <source>Install libusb, or reach the printer by its serial or network address.</source>
        <translation>请安装 libusb，或改用串口或网络地址。</translation>
    </message>
    <message>
        <source>{count} queues: {names}</source>
        <translation>{count} 个队列：{names}</translation>
    </message>
    <message>
        <source>there is no queue {queue}</source>
        <translation>没有名为 {queue} 的队列</translation>
    </message>
    <message>
        <source>Make it in the system's printer settings, or put the right name into the settings.</source>
        <translation>请在系统打印设置中建立，或在本程序设置中写对名称。</translation>
    </message>
    <message>
        <source>does not answer: {detail}</source>
        <translation>没有应答：{detail}</translation>
    </message>
    <message>
        <source>Start the system's print service (cups).</source>
        <translation>请启动系统打印服务（cups）。</translation>
    </message>
    <message>
        <source>{symbology} at {width} dots was drawn and read back, {dots} dots a module</source>
        <translation>{symbology}（{width} 点宽）绘制后读回一致，每模块 {dots} 点</translation>
    </message>
    <message>
        <source>{symbology} at {width} dots cannot be read back: {detail}</source>
        <translation>{symbology}（{width} 点宽）无法读回：{detail}</translation>
    </message>
    <message>
        <source>Gates could not read such tickets: choose another profile or symbology.</source>
        <translation>闸机读不出这样的票：请换型号或码制。</translation>
    </message>
    <message>
        <source>could not be checked: {detail}</source>
        <translation>无法检查：{detail}</translation>
    </message>
    <message>
        <source>Try again; if it stays so, tell the maker.</source>
        <translation>请重试；若仍如此，请告知开发者。</translation>
    </message>
    <message>
        <source>Everything is in order ({n} checks).</source>
        <translation>一切正常（检查了 {n} 项）。</translation>
    </message>
    <message>
        <source>Does not work: {n}; to look at: {m}.</source>
        <translation>故障 {n} 项；需查看 {m} 项。</translation>
    </message>
    <message>
        <source>Everything works; to look at: {n}.</source>
        <translation>都能工作；需查看 {n} 项。</translation>
    </message>
    <message>
        <source>Coach ticket</source>
        <translation>汽车票</translation>
    </message>
    <message>
        <source>Card slip, the customer's</source>
        <translation>刷卡单（顾客联）</translation>
    </message>
    <message>
        <source>Card slip, the counter's</source>
        <translation>刷卡单（商户联）</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <source>Chinese and English</source>
        <translation>中英文</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>未通过</translation>
    </message>
    <message>
        <source>of the program</source>
        <translation>程序自带</translation>
    </message>
    <message>
        <source>Main printer</source>
        <translation>主打印机</translation>
    </message>
    <message>
        <source>Receipt printer</source>
        <translation>收据打印机</translation>
    </message>
    <message>
        <source>Report printer</source>
        <translation>报表打印机</translation>
    </message>
    <message>
        <source>Spare printer</source>
        <translation>备用打印机</translation>
    </message>
    <message>
        <source>Receipts and slips</source>
        <translation>收据和凭条</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>paper running low</source>
        <translation>纸快用完</translation>
    </message>
    <message>
        <source>out of paper</source>
        <translation>缺纸</translation>
    </message>
    <message>
        <source>cover open</source>
        <translation>机盖打开</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>无应答</translation>
    </message>
    <message>
        <source>an answer that cannot be trusted</source>
        <translation>应答不可信</translation>
    </message>
    <message>
        <source>this printer confirms nothing</source>
        <translation>此打印机不作确认</translation>
    </message>
    <message>
        <source>not reachable</source>
        <translation>连接不上</translation>
    </message>
    <message>
        <source>off line</source>
        <translation>脱机</translation>
    </message>
    <message>
        <source>print queue stopped</source>
        <translation>打印队列已停止</translation>
    </message>
    <message>
        <source>cutter jammed</source>
        <translation>切刀卡住</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>cannot be written</source>
        <translation>无法写入</translation>
    </message>
    <message>
        <source>given up</source>
        <translation>已放弃</translation>
    </message>
    <message>
        <source>the line was cut</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>it took no more</source>
        <translation>不再接收</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Serial line</source>
        <translation>串口</translation>
    </message>
    <message>
        <source>On the screen</source>
        <translation>屏幕显示</translation>
    </message>
    <message>
        <source>Blanks: {left} left, next is {next}</source>
        <translation>票卷：剩 {left} 张，下一张 {next}</translation>
    </message>
    <message>
        <source>Put into service</source>
        <translation>投入使用</translation>
    </message>
    <message>
        <source>Its state changed</source>
        <translation>状态变化</translation>
    </message>
    <message>
        <source>Does not answer any more</source>
        <translation>不再应答</translation>
    </message>
    <message>
        <source>Answers again</source>
        <translation>恢复应答</translation>
    </message>
    <message>
        <source>A paper was not sent</source>
        <translation>一张未发送</translation>
    </message>
    <message>
        <source>A paper was not confirmed</source>
        <translation>一张未确认</translation>
    </message>
    <message>
        <source>A paper was sent to another printer</source>
        <translation>一张改送其他打印机</translation>
    </message>
    <message>
        <source>Printing was given up</source>
        <translation>放弃打印</translation>
    </message>
    <message>
        <source>Printed: the printer confirmed it.</source>
        <translation>已打印：打印机已确认。</translation>
    </message>
    <message>
        <source>Nothing was sent.</source>
        <translation>什么也没有发送。</translation>
    </message>
    <message>
        <source>The printer did not confirm it: look at the paper.</source>
        <translation>打印机没有确认：请查看票纸。</translation>
    </message>
    <message>
        <source>asking …</source>
        <translation>询问中…</translation>
    </message>
    <message>
        <source>Blanks: the roll is used up</source>
        <translation>票卷：已用完</translation>
    </message>
    <message>
        <source>taken out</source>
        <translation>已取出</translation>
    </message>
    <message>
        <source>used up</source>
        <translation>已用完</translation>
    </message>
    <message>
        <source>{what}: {detail}</source>
        <translation>{what}：{detail}</translation>
    </message>
    <message>
        <source>Only what is sent there</source>
        <translation>只打改送来的</translation>
    </message>
    <message>
        <source>It never tells how it is: look at each paper.</source>
        <translation>它不报告状态：请逐张查看。</translation>
    </message>
    <message>
        <source>in the printer</source>
        <translation>在打印机内</translation>
    </message>
    <message>
        <source>cash drawer</source>
        <translation>钱箱</translation>
    </message>
    <message>
        <source>{first} to {last}, loaded {when} by {clerk}</source>
        <translation>{first} 至 {last}，{clerk} 于 {when} 装入</translation>
    </message>
    <message>
        <source>{first} to {last}: {count} blanks</source>
        <translation>{first} 至 {last}：共 {count} 张</translation>
    </message>
    <message>
        <source>Next number</source>
        <translation>下一张</translation>
    </message>
    <message>
        <source>Rolls</source>
        <translation>各卷</translation>
    </message>
    <message>
        <source>Numbered blanks are paper that is accounted for. Load the roll that lies in the printer by its first and last number (F2): each ticket then takes the next number of it.</source>
        <translation>带编号的票卷须逐张核销。按首号和末号登记打印机内的票卷（F2）：此后每张票依次取号。</translation>
    </message>
    <message>
        <source>Blanks that are spoiled</source>
        <translation>作废票纸</translation>
    </message>
    <message>
        <source>They are crossed out and kept. Both names go into the journal.</source>
        <translation>请划掉并保存。两人姓名记入日志。</translation>
    </message>
    <message>
        <source>End the roll with blanks left</source>
        <translation>结束未用完的票卷</translation>
    </message>
    <message>
        <source>{left} left, from {next} to {last}</source>
        <translation>剩 {left} 张，{next} 至 {last}</translation>
    </message>
    <message>
        <source>Take it out of the printer and keep it: what is left can be loaded again.</source>
        <translation>请从打印机取出并保管：余下的以后可再装入。</translation>
    </message>
    <message>
        <source>Load a roll</source>
        <translation>装入票卷</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>装入</translation>
    </message>
    <message>
        <source>Go on …</source>
        <translation>继续…</translation>
    </message>
    <message>
        <source>Up to and with</source>
        <translation>至（含）</translation>
    </message>
    <message>
        <source>No roll was ever loaded here. Tickets are numbered by the program.</source>
        <translation>这里从未装入票卷。车票由程序编号。</translation>
    </message>
    <message>
        <source>Load a roll …</source>
        <translation>装入票卷…</translation>
    </message>
    <message>
        <source>Spoiled blanks …</source>
        <translation>票纸作废…</translation>
    </message>
    <message>
        <source>End the roll …</source>
        <translation>结束票卷…</translation>
    </message>
    <message>
        <source>Recorded as spoiled: {first} to {last}</source>
        <translation>已登记作废：{first} 至 {last}</translation>
    </message>
    <message>
        <source>First number</source>
        <translation>首号</translation>
    </message>
    <message>
        <source>Last number</source>
        <translation>末号</translation>
    </message>
    <message>
        <source>The next blanks of the {printer}, torn or wet, that no ticket took.</source>
        <translation>{printer}接下来的票纸，撕坏或受潮，未用于任何车票。</translation>
    </message>
    <message>
        <source>The roll is ended</source>
        <translation>票卷已结束</translation>
    </message>
    <message>
        <source>As they are printed on the blanks: a letter and six digits.</source>
        <translation>与票纸上印的一致：一个字母加六位数字。</translation>
    </message>
    <message>
        <source>Loaded</source>
        <translation>装入时间</translation>
    </message>
    <message>
        <source>Loaded: {first} to {last}</source>
        <translation>已装入：{first} 至 {last}</translation>
    </message>
    <message>
        <source>Compare {next} with the blank that lies in the printer.</source>
        <translation>请核对打印机内的票纸编号是否为 {next}。</translation>
    </message>
    <message>
        <source>Used up</source>
        <translation>已用完</translation>
    </message>
    <message>
        <source>Check everything</source>
        <translation>全面检查</translation>
    </message>
    <message>
        <source>F5 begins the check. Nothing is changed by it.</source>
        <translation>按 F5 开始检查，不改变任何内容。</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Copy the list</source>
        <translation>复制列表</translation>
    </message>
    <message>
        <source>Checking … {n}</source>
        <translation>检查中… {n}</translation>
    </message>
    <message>
        <source>What to do: {step}</source>
        <translation>处理办法：{step}</translation>
    </message>
    <message>
        <source>Nothing to do.</source>
        <translation>无需处理。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Lines on the clipboard: {count}</source>
        <translation>已复制 {count} 行</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Event log</source>
        <translation>事件记录</translation>
    </message>
    <message>
        <source>Layouts</source>
        <translation>版式</translation>
    </message>
    <message>
        <source>Find printers</source>
        <translation>查找打印机</translation>
    </message>
    <message>
        <source>Test print …</source>
        <translation>测试打印…</translation>
    </message>
    <message>
        <source>Give up printing</source>
        <translation>放弃打印</translation>
    </message>
    <message>
        <source>Give up what is being printed?</source>
        <translation>放弃正在打印的内容？</translation>
    </message>
    <message>
        <source>The {printer} gets nothing more of this paper. Some of it may come out: you are asked whether it did.</source>
        <translation>不再向{printer}发送这张的内容。可能已打出一部分：随后会问您是否打出。</translation>
    </message>
    <message>
        <source>Let it print</source>
        <translation>继续打印</translation>
    </message>
    <message>
        <source>Papers that go to the {printer}: {count}</source>
        <translation>{count} 张改送{printer}</translation>
    </message>
    <message>
        <source>Tear these blanks off and keep them: {blanks}</source>
        <translation>请撕下并保存这些票纸：{blanks}</translation>
    </message>
    <message>
        <source>Prints: {roles}</source>
        <translation>打印：{roles}</translation>
    </message>
    <message>
        <source>paper: {paper}</source>
        <translation>纸：{paper}</translation>
    </message>
    <message>
        <source>Nothing was heard of it yet.</source>
        <translation>尚无事件。</translation>
    </message>
    <message>
        <source>Test of the cash drawer</source>
        <translation>测试钱箱</translation>
    </message>
    <message>
        <source>Short page, by the queue of jobs as every paper</source>
        <translation>短测试页，与其他票据一样经过打印队列</translation>
    </message>
    <message>
        <source>Cash drawer: opens it now</source>
        <translation>钱箱：现在打开</translation>
    </message>
    <message>
        <source>It is printed there now. A numbered blank that it had here stays unused: tear it off and keep it.</source>
        <translation>现在就在那台打印。它在这里占用的编号票纸作废：请撕下保存。</translation>
    </message>
    <message>
        <source>The drawer that belongs to the receipts is opened; your name goes into the journal.</source>
        <translation>打开与收据打印机相连的钱箱；您的姓名记入日志。</translation>
    </message>
    <message>
        <source>The paper must be cut exactly once, below the line.</source>
        <translation>应在横线下方只切一刀。</translation>
    </message>
    <message>
        <source>It stands in the list of print jobs and may be asked for there.</source>
        <translation>它会列入打印作业，可能要您确认。</translation>
    </message>
    <message>
        <source>Sent; what became of it stands in the list of print jobs.</source>
        <translation>已发送；结果见打印作业列表。</translation>
    </message>
    <message>
        <source>To another printer</source>
        <translation>改送其他打印机</translation>
    </message>
    <message>
        <source>Send there</source>
        <translation>改送</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>不改</translation>
    </message>
    <message>
        <source>Send to</source>
        <translation>送往</translation>
    </message>
    <message>
        <source>This paper only</source>
        <translation>只改这一张</translation>
    </message>
    <message>
        <source>All {count} that wait for this printer</source>
        <translation>在此打印机等待的全部 {count} 张</translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation>打开钱箱</translation>
    </message>
    <message>
        <source>A test page takes no number, no blank and no print job.</source>
        <translation>测试页不占票号、票纸和打印作业。</translation>
    </message>
    <message>
        <source>{paper} waits for the {printer}.</source>
        <translation>{paper}在等待{printer}。</translation>
    </message>
    <message>
        <source>Printing …</source>
        <translation>打印中…</translation>
    </message>
    <message>
        <source>Print jobs of</source>
        <translation>打印作业所属</translation>
    </message>
    <message>
        <source>All printers</source>
        <translation>全部打印机</translation>
    </message>
    <message>
        <source>Nothing for this printer.</source>
        <translation>此打印机没有作业。</translation>
    </message>
    <message>
        <source>Nothing was found. Is the printer switched on and connected? Its address can also be typed on the right; a network printer prints it when it is switched on with the feed key held.</source>
        <translation>什么也没找到。打印机是否已开机并接好？也可在右侧直接输入地址；网络打印机按住走纸键开机会打出地址。</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>查找中…</translation>
    </message>
    <message>
        <source>Ask this printer</source>
        <translation>询问这台打印机</translation>
    </message>
    <message>
        <source>Save into the settings</source>
        <translation>存入设置</translation>
    </message>
    <message>
        <source>Stop searching</source>
        <translation>停止查找</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Save without a test print?</source>
        <translation>不经测试打印就保存？</translation>
    </message>
    <message>
        <source>Nothing came out of it yet. If the model's profile is wrong, tickets may come out cut or not at all.</source>
        <translation>它还没有打出过任何内容。型号选错时，车票可能打不全或打不出。</translation>
    </message>
    <message>
        <source>Save all the same</source>
        <translation>仍然保存</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Saved: {printer}</source>
        <translation>已保存：{printer}</translation>
    </message>
    <message>
        <source>The file as it was stands beside it, ending in .before.</source>
        <translation>原文件以 .before 结尾保存在旁边。</translation>
    </message>
    <message>
        <source>It is used from the next start: close this window and open it again.</source>
        <translation>下次启动时生效：请关闭本窗口再打开。</translation>
    </message>
    <message>
        <source>Take this printer</source>
        <translation>选用这台打印机</translation>
    </message>
    <message>
        <source>Profile of the model</source>
        <translation>型号</translation>
    </message>
    <message>
        <source>Use it as</source>
        <translation>用作</translation>
    </message>
    <message>
        <source>The cash drawer hangs on it</source>
        <translation>钱箱接在这台上</translation>
    </message>
    <message>
        <source>Test print  F6</source>
        <translation>测试打印  F6</translation>
    </message>
    <message>
        <source>This port may be opened only by the group {group}. Add the user to it and sign in anew: sudo usermod -aG {group} USER</source>
        <translation>此端口只有用户组 {group} 可以打开。请把用户加入该组并重新登录：sudo usermod -aG {group} 用户名</translation>
    </message>
    <message>
        <source>Layouts of paper</source>
        <translation>票面版式</translation>
    </message>
    <message>
        <source>Language of the paper</source>
        <translation>票面语言</translation>
    </message>
    <message>
        <source>The last real ticket, masked</source>
        <translation>最近一张真实车票（已遮盖）</translation>
    </message>
    <message>
        <source>As it came with the program</source>
        <translation>程序自带的样子</translation>
    </message>
    <message>
        <source>Your own layouts stand in {folder}</source>
        <translation>自备版式放在 {folder}</translation>
    </message>
    <message>
        <source>{width} × {height} dots, as the printer burns them</source>
        <translation>{width} × {height} 点，与打印机打出的一致</translation>
    </message>
    <message>
        <source>Save as PNG</source>
        <translation>存为 PNG</translation>
    </message>
    <message>
        <source>{dots} dots, {mm} mm</source>
        <translation>{dots} 点，{mm} 毫米</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Real ticket</source>
        <translation>真实或示例</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>重新读取</translation>
    </message>
    <message>
        <source>Print a sample</source>
        <translation>打印样张</translation>
    </message>
    <message>
        <source>Own layout …</source>
        <translation>开始自备版式</translation>
    </message>
    <message>
        <source>Writing …</source>
        <translation>写入中…</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>版式</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>已写入：{path}</translation>
    </message>
    <message>
        <source>Change it with any editor of texts; what is saved shows here at once.</source>
        <translation>用任何文本编辑器修改；保存后这里立即显示。</translation>
    </message>
    <message>
        <source>Sample on the {printer}</source>
        <translation>{printer}打印样张</translation>
    </message>
    <message>
        <source>Event log of the printers</source>
        <translation>打印机事件记录</translation>
    </message>
    <message>
        <source>With these words</source>
        <translation>包含文字</translation>
    </message>
    <message>
        <source>{shown} of {all}</source>
        <translation>{shown} / {all}</translation>
    </message>
    <message>
        <source>Write to a file …</source>
        <translation>写入文件…</translation>
    </message>
    <message>
        <source>Nothing like this was heard.</source>
        <translation>没有这样的事件。</translation>
    </message>
    <message>
        <source>No printer was heard of yet.</source>
        <translation>尚无任何打印机事件。</translation>
    </message>
    <message>
        <source>Everything but cutter and drawer</source>
        <translation>除切刀和钱箱外全部</translation>
    </message>
    <message>
        <source>Width ruler</source>
        <translation>宽度标尺</translation>
    </message>
    <message>
        <source>Darkness</source>
        <translation>浓度</translation>
    </message>
    <message>
        <source>Alignment and type</source>
        <translation>对齐与字体</translation>
    </message>
    <message>
        <source>Both codes</source>
        <translation>两种二维码</translation>
    </message>
    <message>
        <source>Cutter</source>
        <translation>切刀</translation>
    </message>
    <message>
        <source>Ruler: {dots} dots. Both walls must be whole.</source>
        <translation>标尺：{dots} 点。两边竖线应完整。</translation>
    </message>
    <message>
        <source>Fifty millimetres at 203 dots an inch:</source>
        <translation>每英寸 203 点时应为 50 毫米：</translation>
    </message>
    <message>
        <source>Darkness: eight different greys, thin lines unbroken.</source>
        <translation>浓度：八级灰度应分明，细线不断。</translation>
    </message>
    <message>
        <source>Alignment: left, middle, right.</source>
        <translation>对齐：左、中、右。</translation>
    </message>
    <message>
        <source>Codes: scan both; each must say COUNTERFOIL TEST.</source>
        <translation>二维码：请扫描两个，都应读出 COUNTERFOIL TEST。</translation>
    </message>
    <message>
        <source>Cutter: below this line the paper is cut once.</source>
        <translation>切刀：应在此线下方切一刀。</translation>
    </message>
    <message>
        <source>{kind}, {dots} dots a module</source>
        <translation>{kind}，每模块 {dots} 点</translation>
    </message>
    <message>
        <source>Elsewhere …</source>
        <translation>改送…</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Kind of paper</source>
        <translation>票据</translation>
    </message>
    <message>
        <source>The settings file has other printers: they are used from the next start.</source>
        <translation>设置文件中的打印机已更改：下次启动时使用。</translation>
    </message>
    <message>
        <source>{first}: 1 blank</source>
        <translation>{first}：1 张</translation>
    </message>
    <message>
        <source>Printer's address</source>
        <translation>打印机地址</translation>
    </message>
    <message>
        <source>{url} is no printer's address: {detail}</source>
        <translation>{url} 不是打印机地址：{detail}</translation>
    </message>
    <message>
        <source>Find it under Devices, Find printers, or write it into the settings as docs/printing.md has it.</source>
        <translation>在“设备 · 查找打印机”中查找，或按 docs/printing.md 的写法填入设置。</translation>
    </message>
    <message>
        <source>{profile} cannot be used: {detail}</source>
        <translation>{profile} 无法使用：{detail}</translation>
    </message>
    <message>
        <source>Mend its file in the folder printers, or choose another under Devices, Find printers.</source>
        <translation>改正 printers 文件夹中的该文件，或在“设备 · 查找打印机”中另选型号。</translation>
    </message>
    <message>
        <source>Choose the model …</source>
        <translation>请选择型号…</translation>
    </message>
    <message>
        <source>The printer does not say which model it is. Choose it above: by the wrong one papers come out cut, or not at all.</source>
        <translation>打印机未报告型号。请在上方选择：型号选错，票据会不完整或根本打不出来。</translation>
    </message>
    <message>
        <source>PDF …</source>
        <translation>PDF…</translation>
    </message>
    <message>
        <source>PNG …</source>
        <translation>PNG…</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>顾客屏</translation>
    </message>
</context>
</TS>
