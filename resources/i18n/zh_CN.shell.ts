<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Drawer open</source>
        <translation>钱箱已开</translation>
    </message>
    <message>
        <source>Perhaps not opened</source>
        <translation>可能未打开</translation>
    </message>
    <message>
        <source>Not opened</source>
        <translation>未打开</translation>
    </message>
    <message>
        <source>The cash drawer may be shut</source>
        <translation>钱箱可能未打开</translation>
    </message>
    <message>
        <source>The printer did not answer when it was to open the drawer.</source>
        <translation>打开钱箱时打印机没有应答。</translation>
    </message>
    <message>
        <source>Ticket</source>
        <translation>车票</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>收据</translation>
    </message>
    <message>
        <source>Refund slip</source>
        <translation>退票凭条</translation>
    </message>
    <message>
        <source>Z report</source>
        <translation>结账报表</translation>
    </message>
    <message>
        <source>Cash slip</source>
        <translation>现金凭条</translation>
    </message>
    <message>
        <source>Cash drawer</source>
        <translation>钱箱</translation>
    </message>
    <message>
        <source>Test page</source>
        <translation>测试页</translation>
    </message>
    <message>
        <source>Enough</source>
        <translation>充足</translation>
    </message>
    <message>
        <source>Running low</source>
        <translation>即将用完</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>缺纸</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>The printer cannot be reached. Check power, cable and the address in the settings.</source>
        <translation>无法连接打印机，请检查电源、连线和设置中的地址。</translation>
    </message>
    <message>
        <source>The printer does not answer. Check that it is switched on and on line.</source>
        <translation>打印机无应答，请确认已开机并联机。</translation>
    </message>
    <message>
        <source>The cover is open. Close it until it clicks.</source>
        <translation>上盖未关，请合上直至卡紧。</translation>
    </message>
    <message>
        <source>There is no paper. Put in a new roll.</source>
        <translation>打印机缺纸，请换新纸卷。</translation>
    </message>
    <message>
        <source>The printer is off line. Press its on-line or feed key.</source>
        <translation>打印机脱机，请按联机键或走纸键。</translation>
    </message>
    <message>
        <source>The print queue is stopped, or takes no jobs. Start it again in the system's print service.</source>
        <translation>打印队列已停止或不接收任务，请在系统打印服务中重新启动。</translation>
    </message>
    <message>
        <source>The cutter is jammed. Open the cover, remove the paper, close it again.</source>
        <translation>切刀卡纸，请开盖取出卡纸后合上。</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待打印</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>正在发送</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>已打印</translation>
    </message>
    <message>
        <source>Not sent, waits</source>
        <translation>未发送，将自动重试</translation>
    </message>
    <message>
        <source>Did it come out?</source>
        <translation>打出来了吗？</translation>
    </message>
    <message>
        <source>Came out</source>
        <translation>确认已打出</translation>
    </message>
    <message>
        <source>Spoiled, copy made</source>
        <translation>作废，已补打</translation>
    </message>
    <message>
        <source>Held, unpaid</source>
        <translation>占座待支付</translation>
    </message>
    <message>
        <source>Parked</source>
        <translation>已挂单</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>已支付</translation>
    </message>
    <message>
        <source>Issued</source>
        <translation>已出票</translation>
    </message>
    <message>
        <source>Voided</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>已释放</translation>
    </message>
    <message>
        <source>Refund paid</source>
        <translation>已退票</translation>
    </message>
    <message>
        <source>Being exchanged</source>
        <translation>改签中</translation>
    </message>
    <message>
        <source>Exchanged</source>
        <translation>已改签</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>异常</translation>
    </message>
    <message>
        <source>{kind}, copy {number}</source>
        <translation>{kind}（补打 {number}）</translation>
    </message>
    <message>
        <source>Asking the printer …</source>
        <translation>正在查询打印机…</translation>
    </message>
    <message>
        <source>Ready.</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Ready, but the paper is running low.</source>
        <translation>就绪，但纸张即将用完</translation>
    </message>
    <message>
        <source>Counter set up</source>
        <translation>窗口初始化</translation>
    </message>
    <message>
        <source>Epoch started</source>
        <translation>启用新纪元</translation>
    </message>
    <message>
        <source>Account added</source>
        <translation>新建账号</translation>
    </message>
    <message>
        <source>Account changed</source>
        <translation>变更账号</translation>
    </message>
    <message>
        <source>Signed in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign-in refused</source>
        <translation>登录被拒</translation>
    </message>
    <message>
        <source>Timetable in force</source>
        <translation>启用时刻表</translation>
    </message>
    <message>
        <source>Policy in force</source>
        <translation>启用规则</translation>
    </message>
    <message>
        <source>Clock accepted</source>
        <translation>确认时钟</translation>
    </message>
    <message>
        <source>Shift opened</source>
        <translation>开班</translation>
    </message>
    <message>
        <source>Cash moved</source>
        <translation>现金出入</translation>
    </message>
    <message>
        <source>Drawer opened</source>
        <translation>打开钱箱</translation>
    </message>
    <message>
        <source>Drawer counted</source>
        <translation>清点钱箱</translation>
    </message>
    <message>
        <source>Shift closed</source>
        <translation>结账</translation>
    </message>
    <message>
        <source>X report made</source>
        <translation>班中报表</translation>
    </message>
    <message>
        <source>Sale parked</source>
        <translation>挂单</translation>
    </message>
    <message>
        <source>Sale recalled</source>
        <translation>恢复挂单</translation>
    </message>
    <message>
        <source>Sale let go</source>
        <translation>放弃售票</translation>
    </message>
    <message>
        <source>Sale</source>
        <translation>售票</translation>
    </message>
    <message>
        <source>Paper printed</source>
        <translation>票据已打印</translation>
    </message>
    <message>
        <source>Z report printed</source>
        <translation>结账报表已打印</translation>
    </message>
    <message>
        <source>Paper not sent</source>
        <translation>票据未发送</translation>
    </message>
    <message>
        <source>Paper not confirmed</source>
        <translation>票据未确认</translation>
    </message>
    <message>
        <source>Paper settled</source>
        <translation>票据已处理</translation>
    </message>
    <message>
        <source>Reprinted</source>
        <translation>补打</translation>
    </message>
    <message>
        <source>Runs moved to new timetable</source>
        <translation>车次转入新时刻表</translation>
    </message>
    <message>
        <source>Personal data erased</source>
        <translation>删除个人信息</translation>
    </message>
    <message>
        <source>Database changed while closed</source>
        <translation>数据库在关闭期间被改动</translation>
    </message>
    <message>
        <source>Recovered after a stop</source>
        <translation>异常停机恢复</translation>
    </message>
    <message>
        <source>Trust file exported</source>
        <translation>导出信任文件</translation>
    </message>
    <message>
        <source>its content was changed</source>
        <translation>内容被改动</translation>
    </message>
    <message>
        <source>its signature is not this counter's</source>
        <translation>签名不属于本窗口</translation>
    </message>
    <message>
        <source>it does not follow the entry before it</source>
        <translation>与前一条不衔接</translation>
    </message>
    <message>
        <source>entries after it are missing</source>
        <translation>后面缺少记录</translation>
    </message>
    <message>
        <source>The journal was tampered with or damaged</source>
        <translation>流水被改动或已损坏</translation>
    </message>
    <message>
        <source>Entry {seq}: {reason}.</source>
        <translation>第 {seq} 条：{reason}。</translation>
    </message>
    <message>
        <source>Stop selling, copy the profile as it is, and call the administrator.</source>
        <translation>请停止售票，原样备份数据目录并联系管理员。</translation>
    </message>
    <message>
        <source>The journal is whole</source>
        <translation>流水完整</translation>
    </message>
    <message>
        <source>{count} entries, each signed and in order.</source>
        <translation>共 {count} 条，签名与顺序均无误。</translation>
    </message>
    <message>
        <source>Paid in</source>
        <translation>存入</translation>
    </message>
    <message>
        <source>Paid out</source>
        <translation>支出</translation>
    </message>
    <message>
        <source>Cash drop</source>
        <translation>缴款</translation>
    </message>
    <message>
        <source>Cash put into the drawer that is not from a sale.</source>
        <translation>非售票所得、放入钱箱的现金。</translation>
    </message>
    <message>
        <source>Cash taken out of the drawer for a purpose.</source>
        <translation>因故从钱箱取出的现金。</translation>
    </message>
    <message>
        <source>Cash handed in, from the drawer to the safe.</source>
        <translation>从钱箱上缴入库的现金。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>当班中</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>相符</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>长款</translation>
    </message>
    <message>
        <source>Short</source>
        <translation>短款</translation>
    </message>
    <message>
        <source>Clerk</source>
        <translation>售票员</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>值班员</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>Auditor</source>
        <translation>审计员</translation>
    </message>
    <message>
        <source>Sells, refunds by rule, works an own shift.</source>
        <translation>售票、按规定退票、办理本人当班。</translation>
    </message>
    <message>
        <source>As a clerk; also closes others' shifts, reprints, overrules with a reason.</source>
        <translation>除售票员权限外，可复核他人结账、补打、注明原因特殊办理。</translation>
    </message>
    <message>
        <source>Accounts, timetable, devices and keys; does not sell.</source>
        <translation>管理账号、时刻表、设备和密钥，不售票。</translation>
    </message>
    <message>
        <source>Reads and checks, changes nothing.</source>
        <translation>只读查询与核验，不作更改。</translation>
    </message>
    <message>
        <source>Printer: not reachable</source>
        <translation>打印机：无法连接</translation>
    </message>
    <message>
        <source>Printer: no answer</source>
        <translation>打印机：无应答</translation>
    </message>
    <message>
        <source>Printer: cover open</source>
        <translation>打印机：上盖未关</translation>
    </message>
    <message>
        <source>Printer: out of paper</source>
        <translation>打印机：缺纸</translation>
    </message>
    <message>
        <source>Printer: off line</source>
        <translation>打印机：脱机</translation>
    </message>
    <message>
        <source>Printer: queue stopped</source>
        <translation>打印机：打印队列已停止</translation>
    </message>
    <message>
        <source>Printer: cutter jammed</source>
        <translation>打印机：切刀卡住</translation>
    </message>
    <message>
        <source>Printer: error</source>
        <translation>打印机：故障</translation>
    </message>
    <message>
        <source>Printer: not ready</source>
        <translation>打印机：未就绪</translation>
    </message>
    <message>
        <source>Shift {number}</source>
        <translation>当班 {number}</translation>
    </message>
    <message>
        <source>Shift {number} counted</source>
        <translation>当班 {number} 已实点</translation>
    </message>
    <message>
        <source>Shift {number} closed</source>
        <translation>当班 {number} 已结账</translation>
    </message>
    <message>
        <source>Printer: {count} to settle</source>
        <translation>打印机：{count} 件待确认</translation>
    </message>
    <message>
        <source>Printer: asking</source>
        <translation>打印机：查询中</translation>
    </message>
    <message>
        <source>Printer ready</source>
        <translation>打印机就绪</translation>
    </message>
    <message>
        <source>Station {name}</source>
        <translation>车站 {name}</translation>
    </message>
    <message>
        <source>Window {number}</source>
        <translation>{number} 号窗口</translation>
    </message>
    <message>
        <source>Stand-alone</source>
        <translation>单机</translation>
    </message>
    <message>
        <source>Stand-alone: no central records</source>
        <translation>单机运行，未连接中心</translation>
    </message>
    <message>
        <source>Printer: paper low</source>
        <translation>打印机：纸将用完</translation>
    </message>
    <message>
        <source>Opening the counter's data …</source>
        <translation>正在打开窗口数据…</translation>
    </message>
    <message>
        <source>Signed in: {name}</source>
        <translation>当前登录：{name}</translation>
    </message>
    <message>
        <source>TRAINING</source>
        <translation>培训</translation>
    </message>
    <message>
        <source>DEMO</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>Demonstration: invented timetable</source>
        <translation>演示：虚构时刻表</translation>
    </message>
    <message>
        <source>Timetable to {date}</source>
        <translation>时刻表至 {date}</translation>
    </message>
    <message>
        <source>Timetable {name}</source>
        <translation>时刻表 {name}</translation>
    </message>
    <message>
        <source>No shift</source>
        <translation>未开班</translation>
    </message>
    <message>
        <source>No timetable</source>
        <translation>没有时刻表</translation>
    </message>
    <message>
        <source>Building the index</source>
        <translation>正在建立索引</translation>
    </message>
    <message>
        <source>Checking the result</source>
        <translation>正在校验结果</translation>
    </message>
    <message>
        <source>Reading {name}</source>
        <translation>正在读取 {name}</translation>
    </message>
    <message>
        <source>{h} h {m} min</source>
        <translation>{h}小时{m}分</translation>
    </message>
    <message>
        <source>{m} min</source>
        <translation>{m}分</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Print test page</source>
        <translation>打印测试页</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>重新查询</translation>
    </message>
    <message>
        <source>Print jobs</source>
        <translation>打印任务</translation>
    </message>
    <message>
        <source>It did not, or is spoiled</source>
        <translation>未打出或作废</translation>
    </message>
    <message>
        <source>The printer did not confirm it. Look at the paper; money is not touched by the answer.</source>
        <translation>打印机未确认。请查看出纸口；回答不影响款项。</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>联机</translation>
    </message>
    <message>
        <source>Cover</source>
        <translation>上盖</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>纸张</translation>
    </message>
    <message>
        <source>Nothing has been printed yet.</source>
        <translation>还没有打印任务。</translation>
    </message>
    <message>
        <source>On line</source>
        <translation>联机</translation>
    </message>
    <message>
        <source>Off line</source>
        <translation>脱机</translation>
    </message>
    <message>
        <source>Cover open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Shut</source>
        <translation>关好</translation>
    </message>
    <message>
        <source>Did it come out? {title}</source>
        <translation>打出来了吗？{title}</translation>
    </message>
    <message>
        <source>Recording …</source>
        <translation>正在记录…</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>For</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Paper roll</source>
        <translation>纸卷</translation>
    </message>
    <message>
        <source>Recorded: it came out</source>
        <translation>已记录：确认打出</translation>
    </message>
    <message>
        <source>Recorded: a numbered copy is printing</source>
        <translation>已记录：正在补打</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>总览</translation>
    </message>
    <message>
        <source>Sell</source>
        <translation>售票</translation>
    </message>
    <message>
        <source>Open shift</source>
        <translation>开班</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>当班</translation>
    </message>
    <message>
        <source>Timetable</source>
        <translation>时刻表</translation>
    </message>
    <message>
        <source>Latest sales</source>
        <translation>最近售票</translation>
    </message>
    <message>
        <source>Nothing has been sold in this shift yet. F2 starts a sale.</source>
        <translation>本班尚未售票，按 F2 开始售票。</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退票</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation>未开班</translation>
    </message>
    <message>
        <source>{clerk}, since {time}</source>
        <translation>{clerk}，{time} 开班</translation>
    </message>
    <message>
        <source>Paper: {state}</source>
        <translation>纸张：{state}</translation>
    </message>
    <message>
        <source>{count} trains</source>
        <translation>{count} 个车次</translation>
    </message>
    <message>
        <source>{first} to {last}</source>
        <translation>{first} 至 {last}</translation>
    </message>
    <message>
        <source>Nothing can be sold without one.</source>
        <translation>没有时刻表不能售票。</translation>
    </message>
    <message>
        <source>Count the float to begin.</source>
        <translation>清点备用金后开班。</translation>
    </message>
    <message>
        <source>Journey</source>
        <translation>行程</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Content of the entry</source>
        <translation>记录内容</translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation>正在核验…</translation>
    </message>
    <message>
        <source>The journal is empty.</source>
        <translation>流水为空。</translation>
    </message>
    <message>
        <source>Older entries</source>
        <translation>更早记录</translation>
    </message>
    <message>
        <source>Check the journal</source>
        <translation>核验流水</translation>
    </message>
    <message>
        <source>Reading …</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>Checking {done} of {total}</source>
        <translation>正在核验 {done} / {total}</translation>
    </message>
    <message>
        <source>The check did not finish</source>
        <translation>核验未完成</translation>
    </message>
    <message>
        <source>Try again, or run “counterfoil journal verify”.</source>
        <translation>请重试，或运行“counterfoil journal verify”。</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>Entry</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>By</source>
        <translation>操作人</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>哈希</translation>
    </message>
    <message>
        <source>Stop checking</source>
        <translation>停止核验</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁屏</translation>
    </message>
    <message>
        <source>The sale behind this stays as it is, for as long as its places are held.</source>
        <translation>当前办理内容保持不变，席位以占座时限为准。</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Sign out?</source>
        <translation>退出登录？</translation>
    </message>
    <message>
        <source>A sale that is not paid and not parked is let go. The shift stays open.</source>
        <translation>未支付且未挂单的售票将被放弃，当班不受影响。</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Counterfoil</source>
        <translation>存根售票</translation>
    </message>
    <message>
        <source>Login</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>Demonstration accounts: press one, then Enter</source>
        <translation>演示账号：点选后按回车</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Signing in …</source>
        <translation>正在登录…</translation>
    </message>
    <message>
        <source>{station} · window {number}</source>
        <translation>{station} · {number} 号窗口</translation>
    </message>
    <message>
        <source>Type login and password.</source>
        <translation>请输入账号和密码。</translation>
    </message>
    <message>
        <source>Count the float into the drawer: pieces of each note and coin. Enter or ↓ goes to the next.</source>
        <translation>清点放入钱箱的备用金，填写各面额张（枚）数；回车或 ↓ 跳到下一项。</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>备用金</translation>
    </message>
    <message>
        <source>Same as usual</source>
        <translation>同上次</translation>
    </message>
    <message>
        <source>Usual small notes</source>
        <translation>常用零钞</translation>
    </message>
    <message>
        <source>Opening the shift …</source>
        <translation>正在开班…</translation>
    </message>
    <message>
        <source>Shift {number} is open</source>
        <translation>当班 {number} 已开班</translation>
    </message>
    <message>
        <source>Float {amount}.</source>
        <translation>备用金 {amount}。</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>No orders yet. What this counter sells is listed here.</source>
        <translation>还没有订单，本窗口的售票记录显示在这里。</translation>
    </message>
    <message>
        <source>Find by ticket number, train or station</source>
        <translation>按票号、车次或车站查找</translation>
    </message>
    <message>
        <source>No order fits. Clear the field to see all.</source>
        <translation>没有相符的订单，清空输入可查看全部。</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>席别</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>Sold by</source>
        <translation>售票员账号</translation>
    </message>
    <message>
        <source>Time of sale</source>
        <translation>售票时间</translation>
    </message>
    <message>
        <source>Printing</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Departure</source>
        <translation>发车</translation>
    </message>
    <message>
        <source>Reprint {number}</source>
        <translation>补打 {number}</translation>
    </message>
    <message>
        <source>A numbered copy marked DUPLICATE is printed. Take the spoiled ticket back.</source>
        <translation>将打印标有“补打”的编号车票，请收回废票。</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation>补打</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Copy of {number} is printing</source>
        <translation>正在补打 {number}</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>席位</translation>
    </message>
    <message>
        <source>Past shifts: Enter shows the report</source>
        <translation>历次当班：按回车查看报表</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Save as PDF</source>
        <translation>存为 PDF</translation>
    </message>
    <message>
        <source>Declare {amount}?</source>
        <translation>申报实点 {amount}？</translation>
    </message>
    <message>
        <source>After this nothing more is sold in this shift, and the count cannot be changed.</source>
        <translation>申报后本班不再售票，实点金额不可更改。</translation>
    </message>
    <message>
        <source>Declare</source>
        <translation>申报实点</translation>
    </message>
    <message>
        <source>Declared</source>
        <translation>实点</translation>
    </message>
    <message>
        <source>Counted so far</source>
        <translation>已点</translation>
    </message>
    <message>
        <source>Count again</source>
        <translation>重新清点</translation>
    </message>
    <message>
        <source>No shift has been worked here yet.</source>
        <translation>本窗口还没有当班记录。</translation>
    </message>
    <message>
        <source>Count drawer</source>
        <translation>清点钱箱</translation>
    </message>
    <message>
        <source>Close shift</source>
        <translation>结账</translation>
    </message>
    <message>
        <source>Closing …</source>
        <translation>正在结账…</translation>
    </message>
    <message>
        <source>Saving …</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Recorded; the slip is printing.</source>
        <translation>已记录，正在打印凭条。</translation>
    </message>
    <message>
        <source>Shift {number} is closed: Z {z}</source>
        <translation>当班 {number} 已结账：Z {z}</translation>
    </message>
    <message>
        <source>Print the report and hand it in with the cash.</source>
        <translation>请打印报表并随款上缴。</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Record and print slip</source>
        <translation>记录并打印凭条</translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation>清点钱箱</translation>
    </message>
    <message>
        <source>Count all cash in the drawer, float included. What should be there is shown after you declare.</source>
        <translation>清点钱箱内全部现金（含备用金）。申报后才显示应有金额。</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>结账</translation>
    </message>
    <message>
        <source>A supervisor checks the count and closes the shift with her own login.</source>
        <translation>由值班员核对实点金额，并用本人账号结账。</translation>
    </message>
    <message>
        <source>Reason for over or short</source>
        <translation>长短款原因</translation>
    </message>
    <message>
        <source>Supervisor's login</source>
        <translation>值班员账号</translation>
    </message>
    <message>
        <source>Supervisor's password</source>
        <translation>值班员密码</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>应有</translation>
    </message>
    <message>
        <source>In force</source>
        <translation>现用</translation>
    </message>
    <message>
        <source>Invented, for demonstration</source>
        <translation>虚构，仅供演示</translation>
    </message>
    <message>
        <source>Import a file …</source>
        <translation>导入文件…</translation>
    </message>
    <message>
        <source>Selling goes on meanwhile; the present timetable stays until the new one is checked.</source>
        <translation>导入期间照常售票；新表校验通过前仍用现表。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Import a timetable</source>
        <translation>导入时刻表</translation>
    </message>
    <message>
        <source>GTFS timetables (*.zip)</source>
        <translation>GTFS 时刻表 (*.zip)</translation>
    </message>
    <message>
        <source>Rows that an import leaves out or mends are listed here.</source>
        <translation>导入时略过或修正的行列在这里。</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Trains</source>
        <translation>车次数</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>首日</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>末日</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>币种</translation>
    </message>
    <message>
        <source>Faults of the last import</source>
        <translation>上次导入的问题</translation>
    </message>
    <message>
        <source>An import is running</source>
        <translation>正在导入</translation>
    </message>
    <message>
        <source>Wait for its end, or cancel it with Esc.</source>
        <translation>请等待结束，或按 Esc 取消。</translation>
    </message>
    <message>
        <source>The new timetable is in force</source>
        <translation>新时刻表已启用</translation>
    </message>
    <message>
        <source>{trips} trains from {name}.</source>
        <translation>来自 {name}，共 {trips} 个车次。</translation>
    </message>
    <message>
        <source>Rows left out or mended: {count}.</source>
        <translation>略过或修正了 {count} 行。</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Fault</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Accounts</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>New account</source>
        <translation>新建账号</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>岗位</translation>
    </message>
    <message>
        <source>First password</source>
        <translation>初始密码</translation>
    </message>
    <message>
        <source>Add account</source>
        <translation>添加账号</translation>
    </message>
    <message>
        <source>Account added: {login}</source>
        <translation>已添加账号：{login}</translation>
    </message>
    <message>
        <source>Hand over the first password in person.</source>
        <translation>初始密码请当面交付。</translation>
    </message>
    <message>
        <source>The program made a mistake</source>
        <translation>程序出错</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>What is recorded is safe. Look in orders or the journal whether the last step was done, then go on.</source>
        <translation>已记录的内容安全。请在订单或流水中核对上一步是否完成，再继续。</translation>
    </message>
    <message>
        <source>Report for the maker: {path}</source>
        <translation>错误报告：{path}</translation>
    </message>
    <message>
        <source>Parked sales</source>
        <translation>挂单</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>The printer did not confirm this paper.</source>
        <translation>打印机未确认该票据。</translation>
    </message>
    <message>
        <source>The sale itself stands.</source>
        <translation>售票本身有效。</translation>
    </message>
    <message>
        <source>Look at the printer and answer under Devices (Alt+7).</source>
        <translation>请查看打印机，并在“设备”(Alt+7) 中回答。</translation>
    </message>
    <message>
        <source>Not printed yet: {title}</source>
        <translation>尚未打印：{title}</translation>
    </message>
    <message>
        <source>The printer was not ready. Nothing was sent to it.</source>
        <translation>打印机未就绪，没有发送任何内容。</translation>
    </message>
    <message>
        <source>It prints by itself once the printer is ready.</source>
        <translation>打印机就绪后将自动打印。</translation>
    </message>
    <message>
        <source>Pieces of {value}</source>
        <translation>{value} 的张（枚）数</translation>
    </message>
    <message>
        <source>Nothing has come out of the virtual printer yet.</source>
        <translation>虚拟打印机还没有出纸。</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Business class</source>
        <translation>商务座</translation>
    </message>
    <message>
        <source>Premier class</source>
        <translation>特等座</translation>
    </message>
    <message>
        <source>First class</source>
        <translation>一等座</translation>
    </message>
    <message>
        <source>Second class</source>
        <translation>二等座</translation>
    </message>
    <message>
        <source>Second-class compartment</source>
        <translation>二等包座</translation>
    </message>
    <message>
        <source>Hard seat</source>
        <translation>硬座</translation>
    </message>
    <message>
        <source>Soft seat</source>
        <translation>软座</translation>
    </message>
    <message>
        <source>Hard sleeper</source>
        <translation>硬卧</translation>
    </message>
    <message>
        <source>Soft sleeper</source>
        <translation>软卧</translation>
    </message>
    <message>
        <source>Deluxe soft sleeper</source>
        <translation>高级软卧</translation>
    </message>
    <message>
        <source>Standing</source>
        <translation>无座</translation>
    </message>
    <message>
        <source>Hard sleeper, upper</source>
        <translation>硬卧上铺</translation>
    </message>
    <message>
        <source>Hard sleeper, middle</source>
        <translation>硬卧中铺</translation>
    </message>
    <message>
        <source>Hard sleeper, lower</source>
        <translation>硬卧下铺</translation>
    </message>
    <message>
        <source>Soft sleeper, upper</source>
        <translation>软卧上铺</translation>
    </message>
    <message>
        <source>Soft sleeper, lower</source>
        <translation>软卧下铺</translation>
    </message>
    <message>
        <source>Deluxe soft sleeper, upper</source>
        <translation>高级软卧上铺</translation>
    </message>
    <message>
        <source>Deluxe soft sleeper, lower</source>
        <translation>高级软卧下铺</translation>
    </message>
    <message>
        <source>No places</source>
        <translation>无席位</translation>
    </message>
    <message>
        <source>Adult</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>Child</source>
        <translation>儿童</translation>
    </message>
    <message>
        <source>Student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>Infant</source>
        <translation>婴幼儿</translation>
    </message>
    <message>
        <source>Senior</source>
        <translation>老年</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>团体</translation>
    </message>
    <message>
        <source>Mon</source>
        <translation>周一</translation>
    </message>
    <message>
        <source>Tue</source>
        <translation>周二</translation>
    </message>
    <message>
        <source>Wed</source>
        <translation>周三</translation>
    </message>
    <message>
        <source>Thu</source>
        <translation>周四</translation>
    </message>
    <message>
        <source>Fri</source>
        <translation>周五</translation>
    </message>
    <message>
        <source>Sat</source>
        <translation>周六</translation>
    </message>
    <message>
        <source>Sun</source>
        <translation>周日</translation>
    </message>
    <message>
        <source>To be closed</source>
        <translation>待结账</translation>
    </message>
    <message>
        <source>Closed with Z</source>
        <translation>已结账</translation>
    </message>
    <message>
        <source>Yes, it came out</source>
        <translation>已打出</translation>
    </message>
    <message>
        <source>Qty</source>
        <translation>张数</translation>
    </message>
    <message>
        <source>The journal</source>
        <translation>流水</translation>
    </message>
    <message>
        <source>Stay signed in</source>
        <translation>不退出</translation>
    </message>
    <message>
        <source>a newer program wrote it</source>
        <translation>由更新版本的程序写入</translation>
    </message>
    <message>
        <source>it contradicts an entry before it</source>
        <translation>与之前的条目相矛盾</translation>
    </message>
    <message>
        <source>it is not the one that the witness saw</source>
        <translation>与见证文件所记不符</translation>
    </message>
    <message>
        <source>the witness file is missing</source>
        <translation>见证文件缺失</translation>
    </message>
    <message>
        <source>the witness file is damaged</source>
        <translation>见证文件损坏</translation>
    </message>
    <message>
        <source>a table does not say what the journal says</source>
        <translation>数据表与流水不一致</translation>
    </message>
    <message>
        <source>a table cannot be read</source>
        <translation>数据表无法读取</translation>
    </message>
    <message>
        <source>a key file is missing or changed</source>
        <translation>密钥文件缺失或被改动</translation>
    </message>
    <message>
        <source>the timetable file is missing</source>
        <translation>时刻表文件缺失</translation>
    </message>
    <message>
        <source>the timetable file was changed</source>
        <translation>时刻表文件被改动</translation>
    </message>
    <message>
        <source>a lock against changes was removed</source>
        <translation>防改动的锁被移除</translation>
    </message>
    <message>
        <source>the structure of the database was changed</source>
        <translation>数据库结构被改动</translation>
    </message>
    <message>
        <source>the database file was changed while it was closed</source>
        <translation>数据库文件在关闭期间被改动</translation>
    </message>
    <message>
        <source>the database file is damaged</source>
        <translation>数据库文件损坏</translation>
    </message>
    <message>
        <source>it is missing</source>
        <translation>该条目缺失</translation>
    </message>
</context>
</TS>
